#include "ui/canvas/overview_strip.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainterPath>
#include <QWheelEvent>
#include <algorithm>

#include "ui/theme/tokens.h"

namespace equi::ui {
OverviewStrip::OverviewStrip(std::shared_ptr<const engine::TileCache> tiles, QWidget* parent)
    : QWidget(parent), painter_(std::move(tiles)) {
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  setFocusPolicy(Qt::TabFocus);
  setAccessibleName(tr("Overview"));
  setAccessibleDescription(tr("The whole panorama. Click, or use the arrow keys, to go to a place."));
  setToolTip(tr("The whole panorama: click to go there"));
}

QSize OverviewStrip::sizeHint() const {
  return {400, Size::overview};
}

void OverviewStrip::show_snapshot(std::shared_ptr<const engine::Snapshot> snapshot, int picture_height,
                                  int column_pixels) {
  snapshot_ = std::move(snapshot);
  view_.set_picture(picture_height, column_pixels);
  view_.set_extent(snapshot_ ? snapshot_->extent : ColumnRange{});
  arrange();
}

void OverviewStrip::show_viewport(const Viewport& canvas) {
  const double pixels = canvas.column_pixels();
  canvas_from_ = canvas.picture_at({0, 0}).x() / pixels;
  canvas_to_ = canvas.picture_at({static_cast<double>(canvas.size().width()), 0}).x() / pixels;
  update();
}

void OverviewStrip::arrange() {
  view_.set_size((QSizeF(strip().size()) * devicePixelRatioF()).toSize());
  const double wide =
      static_cast<double>(std::max<std::int64_t>(view_.extent().size(), 1)) * view_.column_pixels();
  const double fit_width = view_.size().width() / wide;
  const double fit_height = static_cast<double>(view_.size().height()) / view_.picture_height();
  view_.zoom_at({0, 0}, std::min(fit_width, fit_height) / view_.zoom());
  view_.center_on((static_cast<double>(view_.extent().begin) + static_cast<double>(view_.extent().end)) / 2 *
                  view_.column_pixels());
  update();
}

QRectF OverviewStrip::strip() const {
  return QRectF(rect()).adjusted(Space::m, Space::s, -Space::m, -Space::s);
}

double OverviewStrip::column_at(double x) const {
  return view_.picture_at({(x - strip().left()) * devicePixelRatioF(), 0}).x() / view_.column_pixels();
}

double OverviewStrip::x_of(double column) const {
  return strip().left() + view_.screen_x(column * view_.column_pixels()) / devicePixelRatioF();
}

void OverviewStrip::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.fillRect(rect(), colors().surface);
  painter.fillRect(QRect(0, 0, width(), 1), colors().border);
  if (!snapshot_ || snapshot_->extent.size() == 0) return;
  const double ratio = devicePixelRatioF();
  painter.save();
  painter.translate(strip().topLeft());
  painter.scale(1.0 / ratio, 1.0 / ratio);
  painter.setClipRect(QRect(QPoint(), view_.size()));
  const double pixels = view_.column_pixels();
  const ColumnRange extent = view_.extent();
  missing_ = painter_.paint(painter, view_,
                            {static_cast<double>(extent.begin) * pixels,
                             static_cast<double>(extent.end) * pixels, snapshot_->settled});
  painter.restore();

  QRectF frame(QPointF(std::max(x_of(canvas_from_), strip().left() - 4), strip().top() - 3),
               QPointF(std::min(x_of(canvas_to_), strip().right() + 4), strip().bottom() + 3));
  if (frame.width() < 4) frame.setWidth(4);
  QPainterPath outside;
  outside.addRect(rect().adjusted(0, 1, 0, 0));
  QPainterPath inside;
  inside.addRoundedRect(frame, 4, 4);
  QColor veil = colors().surface;
  veil.setAlphaF(0.55F);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.fillPath(outside - inside, veil);
  painter.setPen(QPen(hasFocus() ? colors().text : colors().accent, 2));
  painter.drawRoundedRect(frame, 4, 4);
}

void OverviewStrip::resizeEvent(QResizeEvent*) {
  arrange();
}

void OverviewStrip::mousePressEvent(QMouseEvent* event) {
  if (event->button() == Qt::LeftButton) Q_EMIT jump(column_at(event->position().x()));
}

void OverviewStrip::mouseMoveEvent(QMouseEvent* event) {
  if ((event->buttons() & Qt::LeftButton) != 0) Q_EMIT jump(column_at(event->position().x()));
}

void OverviewStrip::keyPressEvent(QKeyEvent* event) {
  const double middle = (canvas_from_ + canvas_to_) / 2;
  const double step = std::max(1.0, static_cast<double>(view_.extent().size()) / 10);
  if (event->key() == Qt::Key_Left) {
    Q_EMIT jump(middle - step);
  } else if (event->key() == Qt::Key_Right) {
    Q_EMIT jump(middle + step);
  } else {
    QWidget::keyPressEvent(event);
  }
}

void OverviewStrip::wheelEvent(QWheelEvent* event) {
  const double shown = canvas_to_ - canvas_from_;
  Q_EMIT jump((canvas_from_ + canvas_to_) / 2 - event->angleDelta().y() / 120.0 * shown / 4);
  event->accept();
}

}  // namespace equi::ui
