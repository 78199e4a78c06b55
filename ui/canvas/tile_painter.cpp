#include "ui/canvas/tile_painter.h"

#include <algorithm>
#include <cmath>

namespace equi::ui {
namespace {

constexpr int kSearchDepth = 4;           // levels up and down in which a substitute is looked for
constexpr double kLargestScaled = 3.0e6;  // device pixels of a tile that is kept scaled

}  // namespace

ColumnRange TilePainter::paint(QPainter& painter, const Viewport& view, const Picture& picture) {
  painter_ = &painter;
  view_ = &view;
  picture_ = picture;
  const int level = view.level();
  const ColumnRange visible = view.visible();
  const std::int64_t begin = std::max(visible.begin, view.extent().begin);
  const std::int64_t end = std::min(visible.end, view.extent().end);
  ColumnRange missing;
  if (begin >= end) return missing;
  for (std::int64_t index = engine::tile_index(level, begin); index <= engine::tile_index(level, end - 1);
       ++index) {
    const engine::TileKey key{level, index};
    const auto tile = tiles_->find(key);
    if (!tile) {
      draw_coarser(key);
      draw_finer(key, kSearchDepth);
    } else {
      draw_tile(tile, picture.left, picture.right);
    }
    if (up_to_date(key, tile.get())) continue;
    const ColumnRange columns = engine::tile_columns(key);
    const std::int64_t from = std::max(columns.begin, begin), to = std::min(columns.end, end);
    missing = missing.size() == 0 ? ColumnRange{from, to} : ColumnRange{missing.begin, to};
  }
  return missing;
}

double TilePainter::reach(const Viewport& view, double from, double to) const {
  const bool rightwards = to > from;
  const int level = view.level();
  const double tile_pixels =
      static_cast<double>(engine::TileCache::kTileColumns << level) * view.column_pixels();
  while (from != to) {
    const double place = from / tile_pixels;
    const auto index = static_cast<std::int64_t>(rightwards ? std::floor(place) : std::ceil(place) - 1);
    const auto tile = tiles_->find({level, index});
    if (!tile || tile->width <= 0) break;
    const double scale = tile_pixels / tile->width;  // picture pixels per pixel
    const double edge =
        static_cast<double>(index) * tile_pixels + (rightwards ? tile->last : tile->first) * scale;
    if (rightwards ? edge + scale >= to : edge - scale <= to) return to;  // a pixel less is rounding
    if (rightwards ? edge <= from : edge >= from) break;
    from = edge;
  }
  return from;
}

bool TilePainter::up_to_date(const engine::TileKey& key, const engine::Tile* tile) const {
  if (tile == nullptr || tiles_->is_stale(key)) return false;
  const ColumnRange columns = engine::tile_columns(key);
  const auto pixel = [&](std::int64_t column) {  // of the tile; a pixel more or less is rounding
    const std::int64_t inside = std::clamp(column, columns.begin, columns.end) - columns.begin;
    return static_cast<int>((inside * view_->column_pixels()) >> key.level);
  };
  const ColumnRange extent = view_->extent();
  if (tile->first > pixel(extent.begin) + 1 || tile->last < pixel(extent.end) - 1) return false;
  const int first = pixel(picture_.settled.begin), last = pixel(picture_.settled.end);
  return last - first <= 1 || (tile->settled_first <= first + 1 && tile->settled_last >= last - 1);
}

void TilePainter::draw_tile(const std::shared_ptr<const engine::Tile>& tile, double from, double to) {
  if (tile->last <= tile->first || tile->width <= 0) return;
  const ColumnRange columns = engine::tile_columns(tile->key);
  const int pixels = view_->column_pixels();
  const double tile_left = static_cast<double>(columns.begin) * pixels;
  const double scale =
      static_cast<double>(columns.size()) * pixels / tile->width;  // picture pixels per pixel
  // The tile's place in whole device pixels: neighbours share their edges.
  const int x0 = static_cast<int>(std::lround(view_->screen_x(tile_left)));
  const int x1 = static_cast<int>(std::lround(view_->screen_x(static_cast<double>(columns.end) * pixels)));
  const int y0 = static_cast<int>(std::lround(view_->screen_y(0)));
  const int y1 = static_cast<int>(std::lround(view_->screen_y(view_->picture_height())));
  if (x1 <= x0 || y1 <= y0) return;
  const double zoom = static_cast<double>(x1 - x0) / tile->width;
  const double shown_from = std::max(from, tile_left + tile->first * scale);
  const double shown_to = std::min(to, tile_left + tile->last * scale);
  // Inwards to whole device pixels where the tile's pixels begin and end: those beyond are black.
  const int left = std::max({0, x0 + static_cast<int>(std::ceil(tile->first * zoom)),
                             static_cast<int>(std::lround(view_->screen_x(shown_from)))});
  const int right = std::min({view_->size().width(), x0 + static_cast<int>(std::floor(tile->last * zoom)),
                              static_cast<int>(std::lround(view_->screen_x(shown_to)))});
  if (right <= left) return;

  const bool smooth = zoom < 1.0;
  if (x1 - x0 == tile->width && y1 - y0 == tile->height) {
    painter_->drawImage(QPoint(left, y0), images_.plain(tile),
                        QRect(left - x0, 0, right - left, tile->height));
  } else if (tile->complete() && static_cast<double>(x1 - x0) * (y1 - y0) <= kLargestScaled) {
    const QImage& image = images_.scaled(tile, QSize(x1 - x0, y1 - y0), smooth);
    painter_->drawImage(QPoint(left, y0), image, QRect(left - x0, 0, right - left, y1 - y0));
  } else {
    // Much magnified, or about to change: only the part that is seen is drawn, in whole picture pixels.
    const int first =
        std::clamp(static_cast<int>(std::floor((left - x0) / zoom)), tile->first, tile->last - 1);
    const int last = std::clamp(static_cast<int>(std::ceil((right - x0) / zoom)), first + 1, tile->last);
    painter_->save();
    painter_->setClipRect(QRect(left, y0, right - left, y1 - y0));
    painter_->setRenderHint(QPainter::SmoothPixmapTransform, smooth);
    painter_->drawImage(QRectF(x0 + first * zoom, y0, (last - first) * zoom, y1 - y0), images_.plain(tile),
                        QRectF(first, 0, last - first, tile->height));
    painter_->restore();
  }
}

void TilePainter::draw_coarser(const engine::TileKey& key) {
  const ColumnRange columns = engine::tile_columns(key);
  const int pixels = view_->column_pixels();
  for (int up = 1; up <= kSearchDepth; ++up) {
    const engine::TileKey parent{key.level + up, engine::tile_index(key.level + up, columns.begin)};
    if (const auto tile = tiles_->find(parent)) {
      draw_tile(tile, std::max(picture_.left, static_cast<double>(columns.begin) * pixels),
                std::min(picture_.right, static_cast<double>(columns.end) * pixels));
      return;
    }
  }
}

bool TilePainter::draw_finer(const engine::TileKey& key, int depth) {
  if (key.level == 0 || depth == 0) return false;
  bool any = false;
  for (std::int64_t half = 0; half < 2; ++half) {
    const engine::TileKey child{key.level - 1, key.index * 2 + half};
    if (const auto tile = tiles_->find(child)) {
      draw_tile(tile, picture_.left, picture_.right);
      any = true;
    } else {
      any = draw_finer(child, depth - 1) || any;
    }
  }
  return any;
}

}  // namespace equi::ui
