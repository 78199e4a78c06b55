#pragma once

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QSlider>
#include <QSpinBox>

#include "core/media/export_format.h"

namespace equi::ui {

// The options of the formats as rows of a form; those of one format are shown at a time.
class FormatOptions : public QObject {
  Q_OBJECT

 public:
  // Adds its rows at the form's end; they belong to the form's widget.
  FormatOptions(QFormLayout* form, QObject* parent);

  void show_format(media::Format format);
  // The format shown, with its options; parts are not set.
  media::ExportOptions options() const;
  // The fields of all formats as numbers, to be remembered; what does not fit any field is left out.
  QStringList fields() const;
  void set_fields(const QStringList& numbers);

  QSlider* effort() const { return effort_; }
  QSlider* quality() const { return quality_; }
  QCheckBox* lossless() const { return lossless_; }
  QComboBox* compression() const { return compression_; }
  QComboBox* size() const { return size_; }
  QComboBox* loop() const { return loop_; }
  QDoubleSpinBox* speed() const { return speed_; }

 Q_SIGNALS:
  void changed();

 private:
  void add_picture_rows();
  void add_video_rows();
  void connect_parts();
  void update_enabled();

  QFormLayout* form_;
  media::Format format_ = media::Format::png;
  QSlider* effort_ = nullptr;
  QSlider* quality_ = nullptr;
  QCheckBox* lossless_ = nullptr;
  QCheckBox* png_tiles_ = nullptr;
  QComboBox* compression_ = nullptr;
  QCheckBox* big_tiff_ = nullptr;
  QComboBox* size_ = nullptr;
  QSpinBox* fps_ = nullptr;
  QDoubleSpinBox* speed_ = nullptr;
  QComboBox* direction_ = nullptr;
  QDoubleSpinBox* ease_ = nullptr;
  QComboBox* loop_ = nullptr;
  // The fields of the form, a row each.
  QWidget* effort_row_ = nullptr;
  QWidget* quality_row_ = nullptr;
  QWidget* size_row_ = nullptr;
  QWidget* movement_row_ = nullptr;
  QWidget* speed_row_ = nullptr;
};

}  // namespace equi::ui
