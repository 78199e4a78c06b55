#pragma once

#include <QObject>
#include <QTimer>

#include "ui/canvas/canvas_view.h"
#include "ui/canvas/overview_strip.h"

namespace equi::ui {

class AppController;

// The studio keeps one request for tiles up to date. It is the canvas's; the overview gets short turns, one
// tile each, while the canvas has all it needs, and rarely while the panorama grows.
class TileTurns : public QObject {
  Q_OBJECT

 public:
  TileTurns(AppController* app, CanvasView* canvas, OverviewStrip* overview);

 private:
  void give_turn();
  void turn_over();

  AppController* app_;
  CanvasView* canvas_;
  OverviewStrip* overview_;
  QTimer timer_;
  bool overviews_turn_ = false;
  int growing_ticks_ = 0;
};

}  // namespace equi::ui
