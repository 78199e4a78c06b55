#pragma once

#include <QPointF>
#include <QSize>

#include "core/stream/window_plan.h"

namespace equi::ui {

using stream::ColumnRange;

// Which part of the unbounded canvas a widget shows. Pure arithmetic.
//
// Picture space: pixels of the picture; document column c covers x in [c, c + 1) * column pixels, y in
// [0, picture height). Screen space: device pixels of the widget. The zoom is device pixels per picture
// pixel. Positions on the screen are whole device pixels, so that a tile keeps its shape while the canvas is
// moved.
class Viewport {
 public:
  static constexpr double kMaxZoom = 48.0;
  static constexpr double kMinFitZoom = 1e-5;

  void set_size(QSize device_pixels);
  void set_picture(int height, int column_pixels);
  void set_extent(ColumnRange columns);  // what exists; limits how far one can go away from it

  QSize size() const { return size_; }
  int picture_height() const { return height_; }
  int column_pixels() const { return column_pixels_; }
  ColumnRange extent() const { return extent_; }
  double zoom() const { return zoom_; }

  double screen_x(double picture_x) const;
  double screen_y(double picture_y) const;
  QPointF picture_at(QPointF screen) const;
  std::int64_t column_at(double screen_x) const;
  double column_x(std::int64_t column) const {
    return screen_x(static_cast<double>(column) * column_pixels_);
  }

  // Document columns that are at least partly visible, existing or not.
  ColumnRange visible() const;
  bool shows(std::int64_t column) const;

  // The pyramid level that is drawn: shrunk 2^level, still at least as fine as the screen.
  int level() const;

  void zoom_at(QPointF screen, double factor);
  void set_zoom(double zoom);  // around the middle
  void pan(QPointF screen_distance);
  void fit_height();  // the whole height with a margin; the middle stays
  void fit_all();     // everything that exists
  void center_on(double picture_x);
  // Puts a document column's left edge at a fraction (0..1) of the width.
  void place_column(std::int64_t column, double fraction);
  double min_zoom() const;

 private:
  void clamp();
  double margin() const;

  QSize size_{640, 400};
  int height_ = 256;
  int column_pixels_ = 16;
  ColumnRange extent_;
  double zoom_ = 1.0;
  double offset_x_ = 0;  // device pixels: screen = picture * zoom - offset
  double offset_y_ = 0;
};

}  // namespace equi::ui
