#pragma once

#include <QElapsedTimer>
#include <QImage>
#include <QTimer>
#include <QWidget>
#include <memory>
#include <optional>

#include "core/engine/studio.h"
#include "ui/canvas/frame_clock.h"
#include "ui/canvas/tile_painter.h"
#include "ui/canvas/viewport.h"

namespace equi::ui {

// The canvas: a window onto an endless row of columns. It knows tiles and a snapshot, not how they are made.
// Wheel and pinch zoom at the cursor, dragging pans, a click selects a column, Shift+click a span.
class CanvasView : public QWidget {
  Q_OBJECT

 public:
  explicit CanvasView(std::shared_ptr<const engine::TileCache> tiles, QWidget* parent = nullptr);

  // The canvas that is shown; null: none. Columns that are new at an end slide in.
  void show_snapshot(std::shared_ptr<const engine::Snapshot> snapshot, int picture_height, int column_pixels);
  const Viewport& viewport() const { return view_; }
  // Shows the place that another view of the same canvas shows, as large.
  void show_place_of(const Viewport& other);
  // Where the picture ends on the right at this moment, in picture pixels: new columns slide in.
  double shown_right() const { return right_.shown; }

  // Selected document columns; an empty range when nothing is selected.
  ColumnRange selection() const { return selection_; }
  void select(ColumnRange columns);

  // Shows a picture in the place of these columns until it is called again; an empty range ends that. The
  // canvas itself is as it was.
  void set_overlay(ColumnRange columns, const QImage& picture);
  const QImage& overlay() const { return overlay_; }

  // The end that grows is kept in sight, unless the user has moved the view away from it.
  void set_following(bool on);
  void set_grid(bool on);

  void fit();  // the whole height; once more: the whole panorama
  void fit_height();
  void fit_all();
  void actual_size();
  void zoom_in();
  void zoom_out();
  void go_to_end(engine::FrameId end);
  void center_on_column(double column);
  void move_selection(int columns, bool extend);

  // Everything that was visible in the last frame was there.
  bool complete() const { return complete_; }
  void ask_for_tiles();  // says tiles_wanted again

  const FrameClock& frames() const { return frames_; }

 public Q_SLOTS:
  void pixels_ready();  // tiles are others: paint again

 Q_SIGNALS:
  void tiles_wanted(int level, qint64 begin, qint64 end);  // from now on
  void selection_changed(equi::ui::ColumnRange columns);
  void view_changed();
  // The cursor is over document column `column`, picture pixel (x, y). `color` is invalid where nothing is.
  void hovered(qint64 column, qint64 x, int y, const QColor& color);
  void hover_left();
  void moved_by_hand();  // the user panned or zoomed
  void files_dropped(const QStringList& paths);
  void picture_dropped(const QImage& picture);
  void scene_dropped(qint64 scene, qint64 column);
  void context_menu_wanted(const QPoint& global, qint64 column);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void keyReleaseEvent(QKeyEvent* event) override;
  void contextMenuEvent(QContextMenuEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void focusInEvent(QFocusEvent* event) override;
  void focusOutEvent(QFocusEvent* event) override;
  bool event(QEvent* event) override;
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dragMoveEvent(QDragMoveEvent* event) override;
  void dragLeaveEvent(QDragLeaveEvent* event) override;
  void dropEvent(QDropEvent* event) override;

 private:
  double ratio() const { return devicePixelRatioF(); }
  QPointF device(const QPointF& logical) const { return logical * ratio(); }
  void tick();
  void start_motion();
  void moved(bool by_hand);
  void place();
  struct End;
  End& end_of(engine::FrameId side);
  bool arrived() const;
  double goal(const End& end, double exists) const;
  bool follow(double share, double grown);
  void watch_ends(bool by_hand);
  void want_tiles(ColumnRange missing);
  void report_hover(const QPointF& position);
  void update_cursor();
  bool pinch(QEvent* event);

  TilePainter painter_;
  Viewport view_;
  std::shared_ptr<const engine::Snapshot> snapshot_;
  ColumnRange selection_;
  ColumnRange overlay_columns_;
  QImage overlay_;
  FrameClock frames_;

  // Motion: the ends that are shown run after the ends that exist, as far as there are pixels.
  struct End {
    double shown = 0;  // picture pixels
    bool in_sight = false;
    bool left_behind = false;  // the user has moved the view away from it
  };
  End left_, right_;
  std::optional<engine::FrameId> growing_;  // the end that the view goes after, until it is there
  QTimer motion_;
  QElapsedTimer since_tick_;
  bool following_ = true;
  bool grid_ = true;
  bool placed_ = false;  // the first picture has been put into place

  // The request for tiles, sent after painting.
  struct Wanted {
    int level = -1;
    std::int64_t first = 0, last = 0;  // tiles
    bool operator==(const Wanted&) const = default;
  };
  Wanted wanted_;
  bool complete_ = false;
  QTimer ask_;

  // Mouse.
  std::optional<QPointF> press_;  // logical, while a button is down
  QPointF last_;
  bool dragging_ = false;
  bool space_ = false;
  bool found_by_key_ = false;  // the focus came with the Tab key: it is shown
  std::optional<std::int64_t> selection_anchor_;
  std::optional<std::int64_t> drop_column_;
};

}  // namespace equi::ui

Q_DECLARE_METATYPE(equi::stream::ColumnRange)
