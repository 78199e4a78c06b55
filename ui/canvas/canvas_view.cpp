#include "ui/canvas/canvas_view.h"

#include <QPaintEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "ui/canvas/decorations.h"
#include "ui/theme/tokens.h"

namespace equi::ui {
namespace {

constexpr double kFollowLine = 0.86;    // part of the width at which a growing end is held
constexpr double kFollowZone = 0.10;    // and the part behind it within which the view takes up its speed
constexpr double kSlideSeconds = 0.11;  // time constant of a column that slides in
constexpr double kStartMaxZoom = 4.0;   // device pixels per picture pixel when a canvas is first shown
constexpr int kAskDelay = 30;           // ms between painting and asking for tiles

// Whether what is shown next is not the same panorama at another moment.
bool is_other_canvas(const engine::Snapshot* before, const engine::Snapshot* now) {
  return before == nullptr || now == nullptr || now->project != before->project ||
         before->extent.size() == 0 || now->extent.size() == 0 || now->state.seed != before->state.seed ||
         now->state.photo != before->state.photo;
}

// The end that grew between two moments of one project; neither a photo nor what an undo brings back grows.
std::optional<engine::FrameId> grown_end(const engine::Snapshot& before, const engine::Snapshot& now,
                                         bool other_canvas) {
  if (now.project != before.project || now.cursor < before.cursor || now.extent.size() == 0) return {};
  if (other_canvas) return now.state.photo ? std::nullopt : std::optional(engine::FrameId::forward);
  if (now.extent.end > before.extent.end) return engine::FrameId::forward;
  if (now.extent.begin < before.extent.begin) return engine::FrameId::mirrored;
  return {};
}

}  // namespace

CanvasView::CanvasView(std::shared_ptr<const engine::TileCache> tiles, QWidget* parent)
    : QWidget(parent), painter_(std::move(tiles)) {
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  setAcceptDrops(true);
  setAttribute(Qt::WA_OpaquePaintEvent);
  setAttribute(Qt::WA_AcceptTouchEvents);
  grabGesture(Qt::PinchGesture);
  setMinimumSize(240, 140);
  setAccessibleName(tr("Canvas"));
  setAccessibleDescription(
      tr("The panorama. Arrow keys pan, plus and minus zoom, Home and End go to its ends."));
  motion_.setInterval(Duration::frame);
  motion_.setTimerType(Qt::PreciseTimer);
  connect(&motion_, &QTimer::timeout, this, &CanvasView::tick);
  ask_.setSingleShot(true);
  ask_.setInterval(kAskDelay);
  connect(&ask_, &QTimer::timeout, this, &CanvasView::ask_for_tiles);
}

void CanvasView::show_snapshot(std::shared_ptr<const engine::Snapshot> snapshot, int picture_height,
                               int column_pixels) {
  const bool other_canvas = is_other_canvas(snapshot_.get(), snapshot.get());
  if (other_canvas) growing_.reset();
  if (snapshot_ && snapshot) {
    if (const auto grown = grown_end(*snapshot_, *snapshot, other_canvas)) growing_ = grown;
  }
  snapshot_ = std::move(snapshot);
  view_.set_picture(picture_height, column_pixels);
  const ColumnRange extent = snapshot_ ? snapshot_->extent : ColumnRange{};
  view_.set_extent(extent);
  const double left = static_cast<double>(extent.begin) * column_pixels;
  const double right = static_cast<double>(extent.end) * column_pixels;
  if (other_canvas) {
    left_ = right_ = {};
    placed_ = false;
    if (extent.size() > 4) {  // opened, not growing: everything is there at once
      left_.shown = left;
      right_.shown = right;
    }
  }
  // Columns that went away (undo) go at once.
  left_.shown = std::max(left_.shown, left);
  right_.shown = std::min(right_.shown, right);
  if (selection_.size() > 0) {
    const ColumnRange kept{std::max(selection_.begin, extent.begin), std::min(selection_.end, extent.end)};
    if (kept != selection_) select(kept.size() > 0 ? kept : ColumnRange{});
  }
  if (!placed_ && extent.size() > 0) place();
  complete_ = false;  // not known before it has been painted
  watch_ends(false);
  start_motion();
  update();
}

void CanvasView::show_place_of(const Viewport& other) {
  const QSize size = view_.size();
  view_ = other;
  if (view_.size() != size) view_.set_size(size);
  moved(false);
}

// Puts the first picture into the view.
void CanvasView::place() {
  placed_ = true;
  view_.fit_height();
  if (view_.zoom() > kStartMaxZoom * ratio()) view_.set_zoom(kStartMaxZoom * ratio());
  const ColumnRange extent = view_.extent();
  const double wide = static_cast<double>(extent.size()) * view_.column_pixels() * view_.zoom();
  if (wide < 0.8 * view_.size().width()) {
    view_.place_column(extent.begin, extent.size() > 4 ? 0.5 - wide / view_.size().width() / 2 : 0.2);
  } else {
    view_.place_column(extent.begin, 0.1);
  }
  Q_EMIT view_changed();
}

void CanvasView::select(ColumnRange columns) {
  if (columns.size() <= 0) columns = {};
  if (columns == selection_) return;
  selection_ = columns;
  if (columns.size() == 0) selection_anchor_.reset();
  update();
  Q_EMIT selection_changed(selection_);
}

void CanvasView::set_following(bool on) {
  following_ = on;
  left_.left_behind = right_.left_behind = false;
}

void CanvasView::set_grid(bool on) {
  grid_ = on;
  update();
}

void CanvasView::fit() {
  Viewport whole = view_;
  whole.fit_height();
  const bool height_fits_now = std::abs(whole.zoom() / view_.zoom() - 1.0) < 1e-3;
  if (height_fits_now) {
    fit_all();
  } else {
    fit_height();
  }
}

void CanvasView::fit_height() {
  view_.fit_height();
  moved(true);
}

void CanvasView::fit_all() {
  view_.fit_all();
  // What still slides in would be followed, out of the view that was asked for.
  left_.shown = static_cast<double>(view_.extent().begin) * view_.column_pixels();
  right_.shown = static_cast<double>(view_.extent().end) * view_.column_pixels();
  moved(true);
}

void CanvasView::actual_size() {
  view_.set_zoom(1.0);
  moved(true);
}

void CanvasView::zoom_in() {
  view_.set_zoom(view_.zoom() * 1.25);
  moved(true);
}

void CanvasView::zoom_out() {
  view_.set_zoom(view_.zoom() / 1.25);
  moved(true);
}

void CanvasView::go_to_end(engine::FrameId end) {
  if (end == engine::FrameId::forward) {
    view_.place_column(view_.extent().end, kFollowLine);
  } else {
    view_.place_column(view_.extent().begin, 1.0 - kFollowLine);
  }
  moved(true);
  end_of(end).left_behind = false;  // also where what is shown of it is still on its way
}

void CanvasView::center_on_column(double column) {
  view_.center_on(column * view_.column_pixels());
  moved(true);
}

void CanvasView::move_selection(int columns, bool extend) {
  const ColumnRange extent = view_.extent();
  if (extent.size() == 0) return;
  if (selection_.size() == 0) {
    const std::int64_t middle =
        std::clamp(view_.column_at(view_.size().width() / 2.0), extent.begin, extent.end - 1);
    selection_anchor_ = middle;
    select({middle, middle + 1});
    return;
  }
  const std::int64_t anchor = selection_anchor_.value_or(selection_.begin);
  std::int64_t head = anchor == selection_.begin ? selection_.end - 1 : selection_.begin;
  head = std::clamp(head + columns, extent.begin, extent.end - 1);
  if (extend) {
    select({std::min(anchor, head), std::max(anchor, head) + 1});
    selection_anchor_ = anchor;
  } else {
    selection_anchor_ = head;
    select({head, head + 1});
  }
  if (!view_.shows(head)) {
    view_.place_column(head, columns < 0 ? 0.2 : 0.8);
    moved(true);
  }
}

void CanvasView::pixels_ready() {
  if (!arrived()) start_motion();
  update();
}

void CanvasView::start_motion() {
  if (motion_.isActive()) return;
  since_tick_.start();
  motion_.start();
}

// One step of everything that moves by itself.
void CanvasView::tick() {
  const double seconds = std::min(0.1, static_cast<double>(since_tick_.restart()) / 1000.0);
  const double share = 1.0 - std::exp(-seconds / kSlideSeconds);
  const double pixels = view_.column_pixels();
  const double left = static_cast<double>(view_.extent().begin) * pixels;
  const double right = static_cast<double>(view_.extent().end) * pixels;
  const auto approach = [&](double& shown, double goal) {
    const double away = goal - shown;
    shown = std::abs(away) * view_.zoom() < 0.75 ? goal : shown + away * share;
    return shown == goal;
  };
  const double before = growing_ ? end_of(*growing_).shown : 0;
  bool still = static_cast<int>(approach(right_.shown, goal(right_, right))) &
               static_cast<int>(approach(left_.shown, goal(left_, left)));
  if (growing_ && following_ && !dragging_ && !end_of(*growing_).left_behind) {
    const double grown = std::abs(end_of(*growing_).shown - before) * view_.zoom();
    if (!follow(share, grown)) still = false;
  }
  watch_ends(dragging_);  // where the user holds the view, it does not go after an end that grows out of it
  if (still) motion_.stop();
  if (still && arrived()) growing_.reset();
  update();
}

// How far an end may be shown: one that is seen, as far as its pixels are there. Columns are made faster than
// they are drawn, and a view that went after them would show nothing.
double CanvasView::goal(const End& end, double exists) const {
  const double x = view_.screen_x(end.shown);
  const bool seen = x >= 0 && x <= view_.size().width();
  return seen ? painter_.reach(view_, end.shown, exists) : exists;
}

// One step of the view after the growing end, which has just moved by `grown` device pixels: with its speed,
// so that it is never lost, and a share of what is left. True: it is where it is held.
bool CanvasView::follow(double share, double grown) {
  const bool right = *growing_ == engine::FrameId::forward;
  const double wide = view_.size().width();
  const double x = view_.screen_x(end_of(*growing_).shown);
  const double over = (right ? x : wide - x) - kFollowLine * wide;
  if (over < 1) return true;
  const double way = over * share + grown * std::min(1.0, over / (kFollowZone * wide));
  view_.pan({right ? -way : way, 0});
  Q_EMIT view_changed();
  return false;
}

CanvasView::End& CanvasView::end_of(engine::FrameId side) {
  return side == engine::FrameId::forward ? right_ : left_;
}

// What is shown is what exists.
bool CanvasView::arrived() const {
  const double pixels = view_.column_pixels();
  return left_.shown == static_cast<double>(view_.extent().begin) * pixels &&
         right_.shown == static_cast<double>(view_.extent().end) * pixels;
}

// An end that a move by hand takes out of sight is left behind until it is in sight again.
void CanvasView::watch_ends(bool by_hand) {
  for (End* end : {&left_, &right_}) {
    const double x = view_.screen_x(end->shown);
    const bool in_sight = x >= 0 && x <= view_.size().width();
    if (in_sight) {
      end->left_behind = false;
    } else if (by_hand && end->in_sight) {
      end->left_behind = true;
    }
    end->in_sight = in_sight;
  }
}

void CanvasView::set_overlay(ColumnRange columns, const QImage& picture) {
  overlay_columns_ = columns;
  overlay_ = columns.size() > 0 ? picture : QImage();
  update();
}

void CanvasView::moved(bool by_hand) {
  watch_ends(by_hand);
  if (by_hand && arrived()) growing_.reset();  // what is wanted now is this view
  update();
  Q_EMIT view_changed();
  if (by_hand) Q_EMIT moved_by_hand();
}

void CanvasView::paintEvent(QPaintEvent*) {
  QElapsedTimer clock;
  clock.start();
  QPainter painter(this);
  painter.scale(1.0 / ratio(), 1.0 / ratio());
  painter.fillRect(QRect(QPoint(), view_.size()), colors().canvas);
  if (snapshot_ && snapshot_->extent.size() > 0) {
    paint_ghost_columns(painter, view_, left_.shown, right_.shown, ratio());
    want_tiles(painter_.paint(painter, view_, {left_.shown, right_.shown, snapshot_->settled}));
    paint_provisional(painter, view_, snapshot_->settled, left_.shown, right_.shown, ratio());
    paint_overlay(painter, view_, overlay_columns_, overlay_);
    if (grid_) paint_grid(painter, view_, ratio());
    paint_selection(painter, view_, selection_, overlay_.isNull(), ratio());
    paint_ruler(painter, view_, ratio());
  }
  if (drop_column_) paint_drop_mark(painter, view_, *drop_column_, tr("New scene from here"), ratio());
  if (hasFocus() && found_by_key_) paint_focus(painter, view_.size(), ratio());
  frames_.add(static_cast<double>(clock.nsecsElapsed()) / 1e6);
}

// What is visible, and a little more on both sides: the studio keeps that up to date by itself.
void CanvasView::want_tiles(ColumnRange missing) {
  complete_ = missing.size() == 0;
  const int level = view_.level();
  const ColumnRange visible = view_.visible();
  const std::int64_t more = visible.size() / 4;
  const Wanted wanted{level, engine::tile_index(level, visible.begin - more),
                      engine::tile_index(level, visible.end + more)};
  if (wanted == wanted_) return;
  wanted_ = wanted;
  if (!ask_.isActive()) ask_.start();
}

void CanvasView::ask_for_tiles() {
  Q_EMIT tiles_wanted(wanted_.level, engine::tile_columns({wanted_.level, wanted_.first}).begin,
                      engine::tile_columns({wanted_.level, wanted_.last}).end);
}

void CanvasView::resizeEvent(QResizeEvent*) {
  view_.set_size((QSizeF(size()) * ratio()).toSize());
  Q_EMIT view_changed();
}

bool CanvasView::event(QEvent* event) {
  if (event->type() == QEvent::Gesture || event->type() == QEvent::NativeGesture) {
    if (pinch(event)) return true;
  }
  if (event->type() == QEvent::ScreenChangeInternal) view_.set_size((QSizeF(size()) * ratio()).toSize());
  return QWidget::event(event);
}

}  // namespace equi::ui
