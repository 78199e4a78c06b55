#pragma once

#include <QElapsedTimer>
#include <QPushButton>
#include <QTimer>
#include <map>

#include "core/inspect/progressive.h"
#include "ui/inspector/page.h"
#include "ui/inspector/split_view.h"

namespace equi::ui {

// The picture builds itself up: a player over the steps from random tokens to the picture's own, or over the
// columns as they were generated.
class ProgressivePage : public InspectorPage {
  Q_OBJECT

 public:
  explicit ProgressivePage(Inspection* inspection, QWidget* parent = nullptr);

  QComboBox* order() const { return order_; }
  QSlider* step() const { return step_; }
  QToolButton* play() const { return play_; }
  QComboBox* speed() const { return speed_; }
  SplitView* picture() const { return picture_; }
  ColumnRange range() const { return range_; }
  bool playing() const { return clock_.isActive(); }

  void set_playing(bool on);
  // Writes an animation (.gif, .mp4) or a strip of frames (a picture's ending).
  void export_to(const QString& path);
  bool exporting() const { return exporting_.has_value(); }
  QPushButton* export_button() const { return export_; }  // stops it, too

 protected:
  void refresh() override;
  void clear() override;
  void hideEvent(QHideEvent* event) override;

 private:
  inspect::Order chosen_order() const;
  void want_frame();
  void show_frame(std::int64_t step);
  void advance();
  void choose_export();
  void show_exporting();
  double frames_per_second() const;

  QComboBox* order_;
  QToolButton* dice_;
  SplitView* picture_;
  QToolButton* play_;
  QSlider* step_;
  QComboBox* speed_;
  QPushButton* export_;
  QTimer clock_;
  ColumnRange range_;
  std::uint64_t draw_ = 1;
  std::uint64_t round_ = 0;                // rises when the frames become others
  std::map<std::int64_t, QImage> frames_;  // by step
  std::optional<jobs::Job> exporting_;
};

}  // namespace equi::ui
