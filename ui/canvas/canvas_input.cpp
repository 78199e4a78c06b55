// The canvas's mouse, keyboard, touchpad and drag and drop.
#include <QApplication>
#include <QContextMenuEvent>
#include <QDragEnterEvent>
#include <QImage>
#include <QMimeData>
#include <QMouseEvent>
#include <QNativeGestureEvent>
#include <QPinchGesture>
#include <QUrl>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>
#include <utility>

#include "ui/canvas/canvas_view.h"
#include "ui/scenes/scene_mime.h"

namespace equi::ui {
namespace {

constexpr double kZoomPerStep = 1.2;  // of one wheel notch
constexpr int kKeyPan = 80;           // logical pixels

}  // namespace

void CanvasView::wheelEvent(QWheelEvent* event) {
  const QPoint angle = event->angleDelta();
  const bool sideways = std::abs(angle.x()) > std::abs(angle.y());
  if (sideways || (event->modifiers() & Qt::ShiftModifier) != 0) {
    const QPoint pixels = event->pixelDelta().isNull() ? angle / 2 : event->pixelDelta();
    view_.pan({(sideways ? pixels.x() : pixels.y()) * ratio(), 0});
  } else {
    view_.zoom_at(device(event->position()), std::pow(kZoomPerStep, angle.y() / 120.0));
  }
  event->accept();
  moved(true);
  report_hover(event->position());
}

bool CanvasView::pinch(QEvent* event) {
  if (event->type() == QEvent::NativeGesture) {
    auto* gesture = static_cast<QNativeGestureEvent*>(event);
    if (gesture->gestureType() != Qt::ZoomNativeGesture) return false;
    view_.zoom_at(device(gesture->position()), 1.0 + gesture->value());
    moved(true);
    return true;
  }
  auto* gesture = static_cast<QGestureEvent*>(event)->gesture(Qt::PinchGesture);
  if (gesture == nullptr) return false;
  auto* fingers = static_cast<QPinchGesture*>(gesture);
  view_.zoom_at(device(mapFromGlobal(fingers->centerPoint())), fingers->scaleFactor());
  moved(true);
  return true;
}

void CanvasView::mousePressEvent(QMouseEvent* event) {
  setFocus(Qt::MouseFocusReason);
  if (std::exchange(found_by_key_, false)) update();
  if (event->button() != Qt::LeftButton && event->button() != Qt::MiddleButton) return;
  press_ = last_ = event->position();
  dragging_ = event->button() == Qt::MiddleButton || space_;
  update_cursor();
}

void CanvasView::mouseMoveEvent(QMouseEvent* event) {
  report_hover(event->position());
  if (!press_) return;
  const QPointF away = event->position() - *press_;
  if (!dragging_ && away.manhattanLength() >= QApplication::startDragDistance()) dragging_ = true;
  if (!dragging_) return;
  view_.pan(device(event->position() - last_));
  last_ = event->position();
  update_cursor();
  moved(true);
}

void CanvasView::mouseReleaseEvent(QMouseEvent* event) {
  const bool click = press_ && !dragging_ && event->button() == Qt::LeftButton;
  press_.reset();
  dragging_ = false;
  update_cursor();
  if (!click) return;
  const ColumnRange extent = view_.extent();
  const QPointF at = view_.picture_at(device(event->position()));
  const std::int64_t column = view_.column_at(device(event->position()).x());
  const bool on_picture =
      column >= extent.begin && column < extent.end && at.y() >= 0 && at.y() < view_.picture_height();
  if (!on_picture) return select({});
  if ((event->modifiers() & Qt::ShiftModifier) != 0 && selection_.size() > 0) {
    const std::int64_t anchor = selection_anchor_.value_or(selection_.begin);
    select({std::min(anchor, column), std::max(anchor, column) + 1});
    selection_anchor_ = anchor;
  } else {
    selection_anchor_ = column;
    select({column, column + 1});
  }
}

void CanvasView::mouseDoubleClickEvent(QMouseEvent* event) {
  if (event->button() == Qt::LeftButton) fit();
}

void CanvasView::keyPressEvent(QKeyEvent* event) {
  const double step = kKeyPan * ratio();
  const double page = 0.9 * view_.size().width();
  const bool shift = (event->modifiers() & Qt::ShiftModifier) != 0;
  const bool control = (event->modifiers() & Qt::ControlModifier) != 0;
  switch (event->key()) {
    case Qt::Key_Left:
    case Qt::Key_Right: {
      const int direction = event->key() == Qt::Key_Left ? -1 : 1;
      if (control || shift) return move_selection(direction, shift);
      view_.pan({-direction * step, 0});
      return moved(true);
    }
    case Qt::Key_Up:
      view_.pan({0, step});
      return moved(true);
    case Qt::Key_Down:
      view_.pan({0, -step});
      return moved(true);
    case Qt::Key_PageUp:
      view_.pan({page, 0});
      return moved(true);
    case Qt::Key_PageDown:
      view_.pan({-page, 0});
      return moved(true);
    case Qt::Key_Escape:
      if (selection_.size() == 0) return event->ignore();
      return select({});
    case Qt::Key_Space:
      if (!event->isAutoRepeat()) {
        space_ = true;
        update_cursor();
      }
      return;
    default:
      QWidget::keyPressEvent(event);
  }
}

void CanvasView::keyReleaseEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Space && !event->isAutoRepeat()) {
    space_ = false;
    update_cursor();
    return;
  }
  QWidget::keyReleaseEvent(event);
}

void CanvasView::focusInEvent(QFocusEvent* event) {
  if (event->reason() == Qt::TabFocusReason || event->reason() == Qt::BacktabFocusReason)
    found_by_key_ = true;
  QWidget::focusInEvent(event);
}

void CanvasView::focusOutEvent(QFocusEvent* event) {
  space_ = false;
  // Neither another window nor a menu takes the focus away for good.
  if (event->reason() != Qt::ActiveWindowFocusReason && event->reason() != Qt::PopupFocusReason &&
      event->reason() != Qt::MenuBarFocusReason) {
    found_by_key_ = false;
  }
  update_cursor();
  QWidget::focusOutEvent(event);
}

void CanvasView::update_cursor() {
  if (dragging_) {
    setCursor(Qt::ClosedHandCursor);
  } else if (space_) {
    setCursor(Qt::OpenHandCursor);
  } else {
    unsetCursor();
  }
}

void CanvasView::contextMenuEvent(QContextMenuEvent* event) {
  const bool by_mouse = event->reason() == QContextMenuEvent::Mouse;
  const ColumnRange extent = view_.extent();
  std::int64_t column = view_.column_at(device(QPointF(event->pos())).x());
  if (!by_mouse && selection_.size() > 0) column = selection_.begin;
  if (extent.size() > 0) column = std::clamp(column, extent.begin, extent.end - 1);
  if (by_mouse && (column < selection_.begin || column >= selection_.end) && extent.size() > 0) {
    selection_anchor_ = column;
    select({column, column + 1});
  }
  Q_EMIT context_menu_wanted(by_mouse ? event->globalPos() : mapToGlobal(rect().center()), column);
}

void CanvasView::leaveEvent(QEvent* event) {
  Q_EMIT hover_left();
  QWidget::leaveEvent(event);
}

void CanvasView::report_hover(const QPointF& position) {
  const QPointF at = view_.picture_at(device(position));
  const std::int64_t x = static_cast<std::int64_t>(std::floor(at.x()));
  const int y = static_cast<int>(std::floor(at.y()));
  const std::int64_t column = view_.column_at(device(position).x());
  QColor color;
  const std::int64_t index = engine::tile_index(0, column);
  const std::int64_t tile_pixels = engine::TileCache::kTileColumns * view_.column_pixels();
  const auto tile = painter_.tiles()->find({0, index});
  const auto inside = static_cast<int>(x - index * tile_pixels);
  const bool exists = column >= view_.extent().begin && column < view_.extent().end;
  if (exists && tile && y >= 0 && y < tile->height && inside >= tile->first && inside < tile->last) {
    const auto* pixel =
        tile->pixels.data() + (static_cast<std::size_t>(y) * static_cast<std::size_t>(tile->width) +
                               static_cast<std::size_t>(inside)) *
                                  3;
    color = QColor(pixel[0], pixel[1], pixel[2]);
  }
  Q_EMIT hovered(column, x, y, color);
}

void CanvasView::dragEnterEvent(QDragEnterEvent* event) {
  const QMimeData* mime = event->mimeData();
  if (mime->hasFormat(QLatin1String(kSceneMime)) || mime->hasUrls() || mime->hasImage()) {
    event->acceptProposedAction();
  }
}

void CanvasView::dragMoveEvent(QDragMoveEvent* event) {
  if (event->mimeData()->hasFormat(QLatin1String(kSceneMime)) && view_.extent().size() > 0) {
    const std::int64_t column = view_.column_at(device(event->position()).x());
    drop_column_ = std::clamp(column, view_.extent().begin, view_.extent().end);
    const bool in_photo = snapshot_ && snapshot_->state.photo && *drop_column_ >= 0 &&
                          *drop_column_ < snapshot_->state.photo_columns;
    if (in_photo) drop_column_.reset();
    update();
  }
  event->acceptProposedAction();
}

void CanvasView::dragLeaveEvent(QDragLeaveEvent*) {
  drop_column_.reset();
  update();
}

void CanvasView::dropEvent(QDropEvent* event) {
  const QMimeData* mime = event->mimeData();
  drop_column_.reset();
  update();
  if (mime->hasFormat(QLatin1String(kSceneMime))) {
    bool ok = false;
    const qint64 scene = mime->data(QLatin1String(kSceneMime)).toLongLong(&ok);
    if (!ok) return;
    const ColumnRange extent = view_.extent();
    const std::int64_t column = view_.column_at(device(event->position()).x());
    Q_EMIT scene_dropped(scene, std::clamp(column, extent.begin, extent.end));
  } else if (mime->hasUrls()) {
    QStringList paths;
    for (const QUrl& url : mime->urls()) paths << (url.isLocalFile() ? url.toLocalFile() : url.toString());
    Q_EMIT files_dropped(paths);
  } else if (mime->hasImage()) {
    Q_EMIT picture_dropped(qvariant_cast<QImage>(mime->imageData()));
  } else {
    return;
  }
  event->acceptProposedAction();
}

}  // namespace equi::ui
