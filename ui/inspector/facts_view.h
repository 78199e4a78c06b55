#pragma once

#include <QHBoxLayout>
#include <QLabel>
#include <QWidget>

#include "core/inspect/facts.h"
#include "ui/inspector/inspection.h"
#include "ui/inspector/token_plot.h"

namespace equi::ui {

// What the selected token is: where, of which scene and frame, its numbers, its neighbours, the columns most
// like it.
class FactsView : public QWidget {
  Q_OBJECT

 public:
  explicit FactsView(Inspection* inspection, QWidget* parent = nullptr);

  TokenPlot* plot() const { return plot_; }
  QLabel* heading() const { return heading_; }
  QLabel* norm() const { return norm_; }
  QWidget* nearest() const { return nearest_; }

 private:
  void refresh();
  void show_facts(const inspect::TokenFacts& facts, const QString& scene);

  Inspection* inspection_;
  QLabel *heading_, *place_;
  TokenPlot* plot_;
  QLabel *norm_, *left_, *right_;
  QWidget* nearest_;
  QHBoxLayout* nearest_row_;
};

}  // namespace equi::ui
