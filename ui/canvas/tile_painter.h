#pragma once

#include <QPainter>
#include <vector>

#include "ui/canvas/tile_images.h"
#include "ui/canvas/viewport.h"

namespace equi::ui {

// Draws the picture from the tile cache: what is there at once, coarser or finer tiles where the wanted one
// is missing, and nothing where there is none at all. Never waits.
class TilePainter {
 public:
  // What is to be seen. Picture pixels [left, right) may be fractional while a column slides in.
  struct Picture {
    double left = 0, right = 0;
    ColumnRange settled;  // document columns that are final
  };

  explicit TilePainter(std::shared_ptr<const engine::TileCache> tiles) : tiles_(std::move(tiles)) {}

  // The painter works in device pixels. Returns the document columns whose tiles are missing or out of date,
  // an empty range when all are there.
  ColumnRange paint(QPainter& painter, const Viewport& view, const Picture& picture);

  // How far the tiles of the view's level reach from `from` towards `to` without a gap (picture pixels).
  double reach(const Viewport& view, double from, double to) const;

  void forget() { images_.clear(); }
  std::shared_ptr<const engine::TileCache> tiles() const { return tiles_; }

 private:
  bool up_to_date(const engine::TileKey& key, const engine::Tile* tile) const;
  void draw_tile(const std::shared_ptr<const engine::Tile>& tile, double from, double to);
  void draw_coarser(const engine::TileKey& key);
  bool draw_finer(const engine::TileKey& key, int depth);

  std::shared_ptr<const engine::TileCache> tiles_;
  TileImages images_;
  QPainter* painter_ = nullptr;  // during paint
  const Viewport* view_ = nullptr;
  Picture picture_;
};

}  // namespace equi::ui
