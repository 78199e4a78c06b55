#pragma once

#include "core/engine/tile_cache.h"

// The arithmetic of tiles. Pixels are [height, width, 3] RGB.
namespace equi::engine {

// `count` pixel columns of a picture as high as the tile, one to one.
void copy_columns(Tile& to, int to_x, const std::uint8_t* from, int from_width, int from_x, int count);

// A whole picture shrunk (area filter) or repeated into `width` pixel columns of a tile and all its height.
void shrink_into(Tile& to, int to_x, int width, const std::uint8_t* from, int from_width, int from_height);

// The tile above two neighbours of one level, either of which may be null (outside the canvas): every pixel
// is the mean of those of its 2 x 2 that exist.
Tile halve(const TileKey& key, const Tile* left, const Tile* right);

}  // namespace equi::engine
