#include "ui/canvas/decorations.h"

#include <QLocale>
#include <algorithm>
#include <cmath>

#include "ui/theme/tokens.h"

namespace equi::ui {
namespace {

constexpr double kGridColumnZoom = 6.0;  // from here on columns are outlined
constexpr double kGridPixelZoom = 14.0;  // from here on pixels are outlined

QColor faded(QColor color, double alpha) {
  color.setAlphaF(static_cast<float>(alpha));
  return color;
}

QRectF picture_rect(const Viewport& view, double left, double right) {
  return {QPointF(view.screen_x(left), view.screen_y(0)),
          QPointF(view.screen_x(right), view.screen_y(view.picture_height()))};
}

// Columns between labels, so that they are at least `room` device pixels apart: 1, 2, 4, 8, 16, 32, 64, 128
// ...
std::int64_t label_step(const Viewport& view, double room) {
  std::int64_t step = 1;
  while (static_cast<double>(step) * view.column_pixels() * view.zoom() < room) step *= 2;
  return step;
}

std::int64_t floor_to(std::int64_t value, std::int64_t step) {
  const std::int64_t rest = value % step;
  return value - (rest < 0 ? rest + step : rest);
}

}  // namespace

void paint_ghost_columns(QPainter& painter, const Viewport& view, double shown_left, double shown_right,
                         double ratio) {
  const double wide = view.column_pixels() * view.zoom();
  const std::int64_t step = label_step(view, 12 * ratio);
  const double reach = 0.4 * view.size().width();
  const double top = view.screen_y(0), bottom = view.screen_y(view.picture_height());
  const auto side = [&](double edge, double direction) {
    const double start = view.screen_x(edge);
    for (double distance = wide * static_cast<double>(step); distance < reach;
         distance += wide * static_cast<double>(step)) {
      const double x = start + direction * distance;
      if (x < 0 || x > view.size().width()) continue;
      painter.setPen(QPen(faded(colors().text_faint, 0.32 * (1.0 - distance / reach)), ratio));
      painter.drawLine(QPointF(x, top), QPointF(x, bottom));
    }
  };
  side(shown_left, -1);
  side(shown_right, 1);
}

void paint_ruler(QPainter& painter, const Viewport& view, double ratio) {
  const double height = kRulerHeight * ratio;
  painter.fillRect(QRectF(0, 0, view.size().width(), height), colors().surface);
  painter.fillRect(QRectF(0, height - ratio, view.size().width(), ratio), colors().border);
  QFont small = role_font(TextRole::small);
  small.setPixelSize(static_cast<int>(std::lround(10.5 * ratio)));
  painter.setFont(small);
  const std::int64_t step = label_step(view, 64 * ratio);
  const std::int64_t minor = std::max<std::int64_t>(1, step / 4);
  const ColumnRange visible = view.visible();
  const ColumnRange extent = view.extent();
  for (std::int64_t column = floor_to(visible.begin - step, minor); column <= visible.end; column += minor) {
    const double x = std::round(view.column_x(column));
    const bool major = column % step == 0;
    const bool inside = column >= extent.begin && column <= extent.end;
    painter.fillRect(QRectF(x, height - (major ? 7 : 4) * ratio, ratio, (major ? 6 : 3) * ratio),
                     faded(colors().text_faint, inside ? 1.0 : 0.5));
    if (!major) continue;
    painter.setPen(inside ? colors().text_muted : faded(colors().text_faint, 0.7));
    painter.drawText(QRectF(x + 4 * ratio, 0, 60 * ratio, height - 2 * ratio),
                     Qt::AlignLeft | Qt::AlignVCenter, QLocale().toString(static_cast<qlonglong>(column)));
  }
}

void paint_provisional(QPainter& painter, const Viewport& view, ColumnRange settled, double shown_left,
                       double shown_right, double ratio) {
  const double pixels = view.column_pixels();
  const double left = static_cast<double>(settled.begin) * pixels;
  const double right = static_cast<double>(settled.end) * pixels;
  const auto mark = [&](double from, double to) {
    if (to - from < 0.5) return;
    const QRectF area = picture_rect(view, from, to);
    QPen pen(faded(colors().accent, 0.85), 2 * ratio);
    pen.setDashPattern({1.5, 1.5});
    painter.setPen(pen);
    painter.drawLine(area.topLeft() - QPointF(0, 3 * ratio), area.topRight() - QPointF(0, 3 * ratio));
    painter.drawLine(area.bottomLeft() + QPointF(0, 3 * ratio), area.bottomRight() + QPointF(0, 3 * ratio));
  };
  if (settled.size() <= 0) return mark(shown_left, shown_right);
  mark(shown_left, std::min(left, shown_right));
  mark(std::max(right, shown_left), shown_right);
}

void paint_grid(QPainter& painter, const Viewport& view, double ratio) {
  const double zoom = view.zoom() / ratio;
  if (zoom < kGridColumnZoom) return;
  const ColumnRange visible = view.visible();
  const std::int64_t begin = std::max(visible.begin, view.extent().begin);
  const std::int64_t end = std::min(visible.end, view.extent().end);
  if (begin >= end) return;
  const double top = std::max(0.0, view.screen_y(0));
  const double bottom = std::min<double>(view.size().height(), view.screen_y(view.picture_height()));
  if (zoom >= kGridPixelZoom) {
    const QColor line = faded(QColor(128, 128, 128), 0.28);
    const std::int64_t first = begin * view.column_pixels(), last = end * view.column_pixels();
    for (std::int64_t x = first; x <= last; ++x) {
      painter.fillRect(QRectF(std::round(view.screen_x(static_cast<double>(x))), top, 1, bottom - top), line);
    }
    const double left = view.column_x(begin), right = view.column_x(end);
    for (int y = 0; y <= view.picture_height(); ++y) {
      painter.fillRect(QRectF(left, std::round(view.screen_y(y)), right - left, 1), line);
    }
  }
  for (std::int64_t column = begin; column <= end; ++column) {
    const double x = std::round(view.column_x(column));
    painter.fillRect(QRectF(x, top, ratio, bottom - top), faded(QColor(255, 255, 255), 0.55));
    painter.fillRect(QRectF(x + ratio, top, ratio, bottom - top), faded(QColor(0, 0, 0), 0.35));
  }
}

void paint_overlay(QPainter& painter, const Viewport& view, ColumnRange columns, const QImage& picture) {
  if (picture.isNull() || columns.size() <= 0) return;
  const double pixels = view.column_pixels();
  painter.setRenderHint(QPainter::SmoothPixmapTransform, view.zoom() < 2.0);
  painter.drawImage(picture_rect(view, static_cast<double>(columns.begin) * pixels,
                                 static_cast<double>(columns.end) * pixels),
                    picture);
}

void paint_selection(QPainter& painter, const Viewport& view, ColumnRange columns, bool tinted,
                     double ratio) {
  if (columns.size() <= 0) return;
  const double pixels = view.column_pixels();
  QRectF area = picture_rect(view, static_cast<double>(columns.begin) * pixels,
                             static_cast<double>(columns.end) * pixels);
  const double line = 2 * ratio;
  if (area.width() < line) area.setWidth(line);
  if (tinted) painter.fillRect(area, faded(colors().accent, 0.16));
  painter.setPen(QPen(QColor(0, 0, 0, 120), line + 2 * ratio));
  painter.setBrush(Qt::NoBrush);
  painter.drawRect(area.adjusted(-ratio, -ratio, ratio, ratio));
  painter.setPen(QPen(colors().accent, line));
  painter.drawRect(area.adjusted(-ratio, -ratio, ratio, ratio));
}

void paint_focus(QPainter& painter, QSize size, double ratio) {
  painter.setBrush(Qt::NoBrush);
  painter.setPen(QPen(colors().accent, 2 * ratio));
  painter.drawRect(QRectF(QPointF(), size).adjusted(ratio, ratio, -ratio, -ratio));
}

void paint_drop_mark(QPainter& painter, const Viewport& view, std::int64_t column, const QString& text,
                     double ratio) {
  const double x = view.column_x(column);
  const double top = view.screen_y(0), bottom = view.screen_y(view.picture_height());
  painter.fillRect(QRectF(x - 1.5 * ratio, top - 6 * ratio, 3 * ratio, bottom - top + 12 * ratio),
                   colors().accent);
  QFont label = role_font(TextRole::strong);
  label.setPixelSize(static_cast<int>(std::lround(12 * ratio)));
  painter.setFont(label);
  const QRectF bounds = painter.fontMetrics().boundingRect(text);
  QRectF tag(x + 8 * ratio, top + 10 * ratio, bounds.width() + 16 * ratio, 24 * ratio);
  if (tag.right() > view.size().width()) tag.moveRight(x - 8 * ratio);
  painter.setRenderHint(QPainter::Antialiasing, true);
  painter.setPen(Qt::NoPen);
  painter.setBrush(colors().accent);
  painter.drawRoundedRect(tag, 5 * ratio, 5 * ratio);
  painter.setPen(colors().on_accent);
  painter.drawText(tag, Qt::AlignCenter, text);
  painter.setRenderHint(QPainter::Antialiasing, false);
}

}  // namespace equi::ui
