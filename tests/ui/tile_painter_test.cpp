// The picture drawn from tiles.
#include "ui/canvas/tile_painter.h"

#include <gtest/gtest.h>

namespace equi::ui {
namespace {

constexpr int kHeight = 64;
constexpr int kColumn = 8;  // pixels

// The tile over columns [-32, 0) of which only [-5, 0) exist: those are white, the rest is black.
std::shared_ptr<const engine::Tile> begun_tile(bool settled) {
  auto tile = std::make_shared<engine::Tile>();
  tile->key = {0, -1};
  tile->width = kColumn * static_cast<int>(engine::TileCache::kTileColumns);
  tile->height = kHeight;
  tile->first = tile->width - 5 * kColumn;
  tile->last = tile->width;
  tile->settled_first = settled ? 0 : tile->first;
  tile->settled_last = tile->width;
  tile->pixels.assign(std::size_t(tile->width) * kHeight * 3, 0);
  for (int y = 0; y < kHeight; ++y) {
    for (int x = tile->first * 3; x < tile->width * 3; ++x)
      tile->pixels[std::size_t(y) * std::size_t(tile->width) * 3 + std::size_t(x)] = 255;
  }
  return tile;
}

// What does not exist is black in the tile, and must not be seen at the edge of what does, at any zoom.
TEST(TilePainter, DrawsNothingBesideTheCanvas) {
  for (const bool settled : {false, true}) {
    auto tiles = std::make_shared<engine::TileCache>();
    tiles->put(begun_tile(settled));
    TilePainter painter(tiles);
    Viewport view;
    view.set_size({900, 400});
    view.set_picture(kHeight, kColumn);
    view.set_extent({-5, 0});
    for (const double zoom : {1.0, 1.27, 1.31, 1.5, 2.7, 3.0, 5.3, 0.9, 0.83, 0.61}) {
      view.set_zoom(zoom);
      view.center_on(-2.5 * kColumn);
      QImage screen(view.size(), QImage::Format_RGB32);
      screen.fill(Qt::white);
      {
        QPainter at(&screen);
        painter.paint(at, view, {-5.0 * kColumn, 0.0, {-5, 0}});
      }
      int dark = 0;
      for (int x = 0; x < screen.width(); ++x)
        dark += qRed(screen.pixel(x, screen.height() / 2)) < 250 ? 1 : 0;
      EXPECT_EQ(dark, 0) << "zoom " << zoom << (settled ? ", settled" : "");
    }
  }
}

TEST(TilePainter, ReachesAsFarAsTilesAreThere) {
  auto tiles = std::make_shared<engine::TileCache>();
  TilePainter painter(tiles);
  Viewport view;
  view.set_picture(kHeight, kColumn);
  view.set_zoom(1.0);
  EXPECT_EQ(painter.reach(view, 0, -8 * kColumn), 0) << "no tile";
  tiles->put(begun_tile(false));
  EXPECT_EQ(painter.reach(view, 0, -8 * kColumn), -5 * kColumn);
  EXPECT_EQ(painter.reach(view, 0, -5 * kColumn), -5 * kColumn);
  EXPECT_EQ(painter.reach(view, 0, -3 * kColumn), -3 * kColumn) << "and no further than asked";
  EXPECT_EQ(painter.reach(view, -5 * kColumn, 40 * kColumn), 0) << "nothing on the right of it";
}

}  // namespace
}  // namespace equi::ui
