#pragma once

#include <QWidget>

#include "core/inspect/equivariance_result.h"

namespace equi::ui {

// Relative error over shift: one curve each for encoding, decoding and both; lines at whole columns.
class EquivariancePlot : public QWidget {
  Q_OBJECT

 public:
  explicit EquivariancePlot(QWidget* parent = nullptr);

  void show_result(inspect::Equivariance result);
  const inspect::Equivariance& result() const { return result_; }
  QSize sizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  void paint_axes(QPainter& painter, const QRectF& area, double last, double largest) const;
  void paint_curve(QPainter& painter, const QRectF& area, double last, double largest,
                   double inspect::ShiftError::*value, const QColor& color) const;
  void paint_legend(QPainter& painter, const QRectF& area) const;

  inspect::Equivariance result_;
};

}  // namespace equi::ui
