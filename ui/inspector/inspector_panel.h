#pragma once

#include <QStackedWidget>
#include <QTabWidget>
#include <QToolButton>
#include <QWidget>

#include "ui/inspector/directions_page.h"
#include "ui/inspector/facts_view.h"
#include "ui/inspector/influence_page.h"
#include "ui/inspector/progressive_page.h"
#include "ui/inspector/swap_page.h"

namespace equi::ui {

// The inspector's dock: what the selected token is, where it works, and what happens with another one there.
class InspectorPanel : public QWidget {
  Q_OBJECT

 public:
  explicit InspectorPanel(AppController* app, QWidget* parent = nullptr);

  Inspection* inspection() const { return inspection_; }
  FactsView* facts() const { return facts_; }
  InfluencePage* influence() const { return influence_; }
  SwapPage* swap() const { return swap_; }
  ProgressivePage* progressive() const { return progressive_; }
  DirectionsPage* directions() const { return directions_; }
  QTabWidget* pages() const { return pages_; }
  QToolButton* on_canvas() const { return on_canvas_; }
  bool showing() const { return stack_->currentIndex() == 1; }

 Q_SIGNALS:
  void jump(qint64 column);
  // What is to be shown over the canvas; an empty range: nothing.
  void overlay(equi::stream::ColumnRange columns, const QImage& picture);
  void equivariance_wanted();

 protected:
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;

 private:
  QWidget* make_content();
  void update();
  void pass_overlay(ColumnRange columns, const QImage& picture);

  AppController* app_;
  Inspection* inspection_;
  QStackedWidget* stack_;
  FactsView* facts_;
  QTabWidget* pages_;
  InfluencePage* influence_;
  SwapPage* swap_;
  ProgressivePage* progressive_;
  DirectionsPage* directions_;
  QToolButton* on_canvas_;
  ColumnRange overlay_columns_;
  QImage overlay_;
};

}  // namespace equi::ui
