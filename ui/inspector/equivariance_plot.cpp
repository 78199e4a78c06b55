#include "ui/inspector/equivariance_plot.h"

#include <QPainter>
#include <algorithm>
#include <cmath>

#include "ui/theme/tokens.h"

namespace equi::ui {
namespace {

constexpr int kAxisLeft = 52, kAxisRight = 16, kAxisTop = 12, kAxisBottom = 40;

QColor encode_color() {
  return colors().accent;
}
QColor decode_color() {
  return colors().warning;
}
QColor round_trip_color() {
  return colors().success;
}

// 1, 2 or 5 times a power of ten.
double axis_step(double range) {
  const double power = std::pow(10.0, std::floor(std::log10(range / 5)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (range / 5 <= factor * power) return factor * power;
  }
  return 10 * power;
}

}  // namespace

EquivariancePlot::EquivariancePlot(QWidget* parent) : QWidget(parent) {
  setMinimumSize(420, 220);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
  setAccessibleName(tr("Error by shift"));
}

QSize EquivariancePlot::sizeHint() const {
  return {600, 280};
}

void EquivariancePlot::show_result(inspect::Equivariance result) {
  std::ranges::sort(result.shifts, {}, &inspect::ShiftError::shift);
  result_ = std::move(result);
  update();
}

void EquivariancePlot::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(Qt::NoPen);
  painter.setBrush(colors().field);
  painter.drawRoundedRect(rect(), Size::radius, Size::radius);
  if (result_.shifts.empty()) {
    painter.setPen(colors().text_muted);
    painter.drawText(rect(), Qt::AlignCenter, tr("The errors by shift are plotted here."));
    return;
  }
  const QRectF area = QRectF(rect()).adjusted(kAxisLeft, kAxisTop, -kAxisRight, -kAxisBottom);
  double largest = 1e-6;
  for (const auto& each : result_.shifts)
    largest = std::max({largest, each.encode, each.decode, each.round_trip});
  largest *= 1.08;
  const double last = result_.shifts.back().shift;
  paint_axes(painter, area, last, largest);
  using inspect::ShiftError;
  paint_curve(painter, area, last, largest, &ShiftError::round_trip, round_trip_color());
  paint_curve(painter, area, last, largest, &ShiftError::decode, decode_color());
  paint_curve(painter, area, last, largest, &ShiftError::encode, encode_color());
  paint_legend(painter, area);
}

void EquivariancePlot::paint_axes(QPainter& painter, const QRectF& area, double last, double largest) const {
  const Colors& c = colors();
  painter.setFont(role_font(TextRole::small));
  const double step = axis_step(largest);
  for (int i = 0; i * step <= largest; ++i) {
    const double y = i * step;
    const double at = area.bottom() - area.height() * y / largest;
    painter.setPen(c.border);
    painter.drawLine(QPointF(area.left(), at), QPointF(area.right(), at));
    painter.setPen(c.text_muted);
    painter.drawText(QRectF(0, at - 10, kAxisLeft - 6, 20), Qt::AlignRight | Qt::AlignVCenter,
                     QString::number(y, 'g', 3));
  }
  for (int x = 0; x <= last; x += result_.column_pixels) {
    const double at = area.left() + area.width() * x / last;
    painter.setPen(QPen(c.outline, 1, Qt::DotLine));
    painter.drawLine(QPointF(at, area.top()), QPointF(at, area.bottom()));
    painter.setPen(c.text_muted);
    painter.drawText(QRectF(at - 30, area.bottom() + 4, 60, 16), Qt::AlignCenter, QString::number(x));
  }
  painter.drawText(QRectF(area.left(), area.bottom() + 20, area.width(), 16), Qt::AlignCenter,
                   tr("shift in pixels; dotted: whole columns"));
}

void EquivariancePlot::paint_curve(QPainter& painter, const QRectF& area, double last, double largest,
                                   double inspect::ShiftError::*value, const QColor& color) const {
  QPolygonF line;
  for (const auto& each : result_.shifts) {
    line << QPointF(area.left() + area.width() * each.shift / last,
                    area.bottom() - area.height() * (each.*value) / largest);
  }
  painter.setPen(QPen(color, 2));
  painter.setBrush(Qt::NoBrush);
  painter.drawPolyline(line);
  painter.setPen(Qt::NoPen);
  painter.setBrush(color);
  for (const QPointF& point : line) painter.drawEllipse(point, 3.5, 3.5);
}

void EquivariancePlot::paint_legend(QPainter& painter, const QRectF& area) const {
  const std::pair<QString, QColor> entries[] = {
      {tr("encode"), encode_color()}, {tr("decode"), decode_color()}, {tr("round trip"), round_trip_color()}};
  double x = area.left() + Space::s;
  for (const auto& [text, color] : entries) {
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    painter.drawEllipse(QPointF(x + 4, area.top() + 8), 4, 4);
    painter.setPen(colors().text);
    const QRectF box(x + 14, area.top(), 120, 16);
    painter.drawText(box, Qt::AlignLeft | Qt::AlignVCenter, text);
    x += 14 + painter.fontMetrics().horizontalAdvance(text) + Space::l;
  }
}

}  // namespace equi::ui
