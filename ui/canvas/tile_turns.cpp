#include "ui/canvas/tile_turns.h"

#include "ui/app_controller.h"

namespace equi::ui {
namespace {

constexpr int kTurnMs = 250;
constexpr int kTurnsWhileGrowing = 6;  // of the timer, between two turns of the overview

}  // namespace

TileTurns::TileTurns(AppController* app, CanvasView* canvas, OverviewStrip* overview)
    : QObject(canvas), app_(app), canvas_(canvas), overview_(overview) {
  connect(canvas, &CanvasView::tiles_wanted, this, [this](int level, qint64 begin, qint64 end) {
    overviews_turn_ = false;
    app_->studio().request_tiles(level, {begin, end});
  });
  connect(app, &AppController::pixels_ready, this, &TileTurns::turn_over);
  timer_.setInterval(kTurnMs);
  connect(&timer_, &QTimer::timeout, this, &TileTurns::give_turn);
  timer_.start();
}

void TileTurns::give_turn() {
  if (overviews_turn_) return turn_over();
  if (!app_->snapshot() || overview_->missing().size() == 0 || !overview_->isVisible()) return;
  if (app_->growth().running()) {
    if (++growing_ticks_ % kTurnsWhileGrowing != 0) return;
  } else if (!canvas_->complete()) {
    return;
  }
  overviews_turn_ = true;
  app_->studio().request_tiles(overview_->level(), overview_->missing());
}

// While nothing grows the overview may go on until it has everything.
void TileTurns::turn_over() {
  if (!overviews_turn_) return;
  if (!app_->growth().running() && canvas_->complete() && overview_->missing().size() > 0) {
    app_->studio().request_tiles(overview_->level(), overview_->missing());
    return;
  }
  overviews_turn_ = false;
  canvas_->ask_for_tiles();
}

}  // namespace equi::ui
