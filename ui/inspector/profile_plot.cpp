#include "ui/inspector/profile_plot.h"

#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <cmath>

#include "ui/theme/tokens.h"

namespace equi::ui {
namespace {

constexpr int kProfilePlotHeight = 64;

}  // namespace

ProfilePlot::ProfilePlot(QWidget* parent) : QWidget(parent) {
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  setAccessibleName(tr("Profile of the influence"));
}

QSize ProfilePlot::sizeHint() const {
  return {240, kProfilePlotHeight};
}

void ProfilePlot::show_profile(Profile profile) {
  profile_ = std::move(profile);
  update();
}

void ProfilePlot::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const Colors& c = colors();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(Qt::NoPen);
  painter.setBrush(c.field);
  painter.drawRoundedRect(rect(), 4, 4);
  const auto& values = profile_.values;
  if (values.empty()) return;
  const double step = static_cast<double>(width()) / static_cast<double>(values.size());
  const auto band = [&](int first, int last, const QColor& color) {
    painter.fillRect(QRectF(first * step, 0, (last - first) * step, height()), color);
  };
  QColor soft = c.accent_soft;
  band(profile_.reach_first, profile_.reach_last, soft);
  QColor own = c.accent;
  own.setAlpha(70);
  band(profile_.own_first, profile_.own_last, own);
  const double largest = std::max(1e-9, *std::max_element(values.begin(), values.end()));
  const double floor = height() - 2.0, room = height() - 8.0;
  QPainterPath path(QPointF(0, floor));
  for (std::size_t x = 0; x < values.size(); ++x) {
    path.lineTo((static_cast<double>(x) + 0.5) * step, floor - room * std::sqrt(values[x] / largest));
  }
  path.lineTo(width(), floor);
  QColor filled = c.accent;
  filled.setAlpha(60);
  painter.fillPath(path, filled);
  painter.setPen(QPen(c.accent, 1.5));
  painter.setBrush(Qt::NoBrush);
  painter.drawPath(path);
}

}  // namespace equi::ui
