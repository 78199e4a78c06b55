#pragma once

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QSlider>
#include <QSpinBox>
#include <QStackedWidget>

#include "core/media/export_format.h"

namespace equi::ui {

// The options of one format at a time.
class FormatOptions : public QStackedWidget {
  Q_OBJECT

 public:
  explicit FormatOptions(QWidget* parent = nullptr);

  void show_format(media::Format format);
  // The format shown, with its options; parts are not set.
  media::ExportOptions options() const;

  QComboBox* loop() const { return loop_; }
  QComboBox* compression() const { return compression_; }
  QSlider* quality() const { return quality_; }
  QCheckBox* lossless() const { return lossless_; }
  QComboBox* size() const { return size_; }
  QDoubleSpinBox* speed() const { return speed_; }

 Q_SIGNALS:
  void changed();

 private:
  QWidget* make_png();
  QWidget* make_lossy();
  QWidget* make_tiff();
  QWidget* make_video();

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
};

}  // namespace equi::ui
