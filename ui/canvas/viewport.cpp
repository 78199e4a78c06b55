#include "ui/canvas/viewport.h"

#include <algorithm>
#include <cmath>

namespace equi::ui {
namespace {

constexpr double kSmallestZoom = 0.02;  // of a canvas that is not wider than that
constexpr double kKeepInSight = 0.2;    // part of the width in which something that exists stays
constexpr double kHeightShare = 0.82;   // of the view, taken by the picture when the height is fitted
constexpr int kMaxLevel = 20;

}  // namespace

void Viewport::set_size(QSize device_pixels) {
  const QPointF middle = picture_at(QPointF(size_.width() / 2.0, size_.height() / 2.0));
  size_ = device_pixels.expandedTo(QSize(1, 1));
  center_on(middle.x());
}

void Viewport::set_picture(int height, int column_pixels) {
  height_ = std::max(height, 1);
  column_pixels_ = std::max(column_pixels, 1);
  clamp();
}

void Viewport::set_extent(ColumnRange columns) {
  extent_ = columns;
  if (columns.size() > 0) clamp();  // what went away may have been all that was in sight
}

double Viewport::screen_x(double picture_x) const {
  return picture_x * zoom_ - std::round(offset_x_);
}

double Viewport::screen_y(double picture_y) const {
  return picture_y * zoom_ - std::round(offset_y_);
}

QPointF Viewport::picture_at(QPointF screen) const {
  return {(screen.x() + std::round(offset_x_)) / zoom_, (screen.y() + std::round(offset_y_)) / zoom_};
}

std::int64_t Viewport::column_at(double x) const {
  return static_cast<std::int64_t>(std::floor(picture_at({x, 0}).x() / column_pixels_));
}

ColumnRange Viewport::visible() const {
  return {column_at(0), column_at(size_.width() - 1) + 1};
}

bool Viewport::shows(std::int64_t column) const {
  const ColumnRange range = visible();
  return column >= range.begin && column < range.end;
}

int Viewport::level() const {
  if (zoom_ >= 1.0) return 0;
  return std::clamp(static_cast<int>(std::floor(-std::log2(zoom_))), 0, kMaxLevel);
}

double Viewport::margin() const {
  return size_.height() * (1.0 - kHeightShare) / 2;
}

double Viewport::min_zoom() const {
  const double wide = static_cast<double>(std::max<std::int64_t>(extent_.size(), 1)) * column_pixels_;
  return std::max(kMinFitZoom, std::min(kSmallestZoom, 0.8 * size_.width() / wide));
}

void Viewport::zoom_at(QPointF screen, double factor) {
  const QPointF at = picture_at(screen);
  zoom_ = std::clamp(zoom_ * factor, min_zoom(), kMaxZoom);
  offset_x_ = at.x() * zoom_ - screen.x();
  offset_y_ = at.y() * zoom_ - screen.y();
  clamp();
}

void Viewport::set_zoom(double zoom) {
  zoom_at({size_.width() / 2.0, size_.height() / 2.0}, zoom / zoom_);
}

void Viewport::pan(QPointF screen_distance) {
  offset_x_ -= screen_distance.x();
  offset_y_ -= screen_distance.y();
  clamp();
}

void Viewport::fit_height() {
  set_zoom(kHeightShare * size_.height() / height_);
}

void Viewport::fit_all() {
  if (extent_.size() <= 0) return fit_height();
  const double wide = static_cast<double>(extent_.size()) * column_pixels_;
  zoom_ = std::clamp(std::min(0.94 * size_.width() / wide, kHeightShare * size_.height() / height_),
                     kMinFitZoom, kMaxZoom);
  center_on((static_cast<double>(extent_.begin) + static_cast<double>(extent_.end)) / 2 * column_pixels_);
}

void Viewport::center_on(double picture_x) {
  offset_x_ = picture_x * zoom_ - size_.width() / 2.0;
  clamp();
}

void Viewport::place_column(std::int64_t column, double fraction) {
  offset_x_ = static_cast<double>(column) * column_pixels_ * zoom_ - fraction * size_.width();
  clamp();
}

void Viewport::clamp() {
  const double tall = height_ * zoom_;
  if (tall <= size_.height()) {
    offset_y_ = -(size_.height() - tall) / 2;
  } else {
    offset_y_ = std::clamp(offset_y_, -margin(), tall - size_.height() + margin());
  }
  const double keep = kKeepInSight * size_.width();
  const double left = static_cast<double>(extent_.begin) * column_pixels_ * zoom_;
  const double right = static_cast<double>(extent_.end) * column_pixels_ * zoom_;
  offset_x_ = std::clamp(offset_x_, left - size_.width() + keep, right - keep);
}

}  // namespace equi::ui
