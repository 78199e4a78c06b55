#pragma once

#include <QWidget>
#include <memory>

#include "core/engine/studio.h"
#include "ui/canvas/tile_painter.h"
#include "ui/canvas/viewport.h"

namespace equi::ui {

// The whole panorama in a strip, with a frame around what the canvas shows. A click or a drag goes there; the
// arrow keys move by a tenth of the panorama.
class OverviewStrip : public QWidget {
  Q_OBJECT

 public:
  explicit OverviewStrip(std::shared_ptr<const engine::TileCache> tiles, QWidget* parent = nullptr);

  void show_snapshot(std::shared_ptr<const engine::Snapshot> snapshot, int picture_height, int column_pixels);
  void show_viewport(const Viewport& canvas);
  QSize sizeHint() const override;

  // Document columns whose tiles it lacked in the last frame, and their level.
  ColumnRange missing() const { return missing_; }
  int level() const { return view_.level(); }

 Q_SIGNALS:
  void jump(double column);  // to the middle of the canvas

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;

 private:
  void arrange();
  QRectF strip() const;  // where the panorama is, logical
  double column_at(double x) const;
  double x_of(double column) const;

  TilePainter painter_;
  Viewport view_;
  std::shared_ptr<const engine::Snapshot> snapshot_;
  double canvas_from_ = 0, canvas_to_ = 0;  // columns that the canvas shows
  ColumnRange missing_;
};

}  // namespace equi::ui
