#include "ui/inspector/token_plot.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "ui/theme/tokens.h"

namespace equi::ui {
namespace {

constexpr int kTokenPlotHeight = 56;

}  // namespace

TokenPlot::TokenPlot(QWidget* parent) : QWidget(parent) {
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  setMouseTracking(true);
  setAccessibleName(tr("The token's numbers"));
}

QSize TokenPlot::sizeHint() const {
  return {240, kTokenPlotHeight};
}

void TokenPlot::show_token(std::vector<float> values) {
  values_ = std::move(values);
  update();
}

// Where several numbers share a pixel, their largest and smallest are drawn.
void TokenPlot::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const Colors& c = colors();
  painter.setPen(Qt::NoPen);
  painter.setBrush(c.field);
  painter.drawRoundedRect(rect(), 4, 4);
  if (values_.empty()) return;
  float largest = 1e-6F;
  for (const float v : values_) largest = std::max(largest, std::abs(v));
  const double middle = height() / 2.0, unit = (middle - 3) / largest;
  const int columns = std::min(width(), static_cast<int>(values_.size()));
  const double step = static_cast<double>(width()) / columns;
  painter.setRenderHint(QPainter::Antialiasing, false);
  painter.setBrush(c.accent);
  for (int x = 0; x < columns; ++x) {
    const auto from = values_.size() * static_cast<std::size_t>(x) / static_cast<std::size_t>(columns);
    const auto to = std::max(
        from + 1, values_.size() * static_cast<std::size_t>(x + 1) / static_cast<std::size_t>(columns));
    const auto [low, high] = std::minmax_element(values_.begin() + static_cast<std::ptrdiff_t>(from),
                                                 values_.begin() + static_cast<std::ptrdiff_t>(to));
    const double top = middle - unit * std::max(0.0F, *high), bottom = middle - unit * std::min(0.0F, *low);
    painter.drawRect(QRectF(x * step, top, std::max(1.0, step - 0.5), std::max(1.0, bottom - top)));
  }
  painter.fillRect(QRectF(0, middle, width(), 1), c.outline);
}

bool TokenPlot::event(QEvent* event) {
  if (event->type() == QEvent::ToolTip && !values_.empty() && width() > 0) {
    auto* help = static_cast<QHelpEvent*>(event);
    const auto i =
        std::clamp<std::int64_t>(static_cast<std::int64_t>(values_.size()) * help->pos().x() / width(), 0,
                                 static_cast<std::int64_t>(values_.size()) - 1);
    QToolTip::showText(help->globalPos(),
                       tr("Number %L1: %2").arg(i).arg(values_[static_cast<std::size_t>(i)], 0, 'f', 3),
                       this);
    return true;
  }
  return QWidget::event(event);
}

}  // namespace equi::ui
