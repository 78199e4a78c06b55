#pragma once

#include <QImage>
#include <QPainter>

#include "ui/canvas/viewport.h"

// What is drawn around and over the picture, in device pixels. `ratio` is the device pixel ratio.
namespace equi::ui {

constexpr int kRulerHeight = 20;  // logical pixels

// Empty columns beyond the ends, fading out: the canvas goes on.
void paint_ghost_columns(QPainter& painter, const Viewport& view, double shown_left, double shown_right,
                         double ratio);
// Column numbers along the upper edge.
void paint_ruler(QPainter& painter, const Viewport& view, double ratio);
// Columns that may still change: a thin broken line above and below. No veil: both ends of a finished
// panorama would look damaged.
void paint_provisional(QPainter& painter, const Viewport& view, ColumnRange settled, double shown_left,
                       double shown_right, double ratio);
// The columns' borders, and the pixels' when they are large.
void paint_grid(QPainter& painter, const Viewport& view, double ratio);
// A picture in the place of some columns.
void paint_overlay(QPainter& painter, const Viewport& view, ColumnRange columns, const QImage& picture);
// A frame around columns; `tinted`: with a light tint, which would falsify the colours of an overlay.
void paint_selection(QPainter& painter, const Viewport& view, ColumnRange columns, bool tinted, double ratio);
// A frame around the whole canvas: the keys go there.
void paint_focus(QPainter& painter, QSize size, double ratio);
// Where a dragged scene would begin.
void paint_drop_mark(QPainter& painter, const Viewport& view, std::int64_t column, const QString& text,
                     double ratio);

}  // namespace equi::ui
