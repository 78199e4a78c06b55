#include "core/engine/overview.h"

#include <algorithm>

#include "core/media/memory_image.h"

namespace equi::engine {
bool Overview::holds(const TileKey& key) const {
  return key.level >= kStoredLevel && session_.document().file().has_overview(
                                          key.level, key.index, session_.pixels_key(tile_columns(key)));
}

std::shared_ptr<Tile> Overview::load(const TileKey& key) const {
  if (key.level < kStoredLevel) return nullptr;
  const auto& engine = session_.engine();
  const auto bytes =
      session_.document().file().overview(key.level, key.index, session_.pixels_key(tile_columns(key)));
  if (!bytes) return nullptr;
  auto tile = std::make_shared<Tile>();
  tile->key = key;
  tile->width = static_cast<int>(TileCache::kTileColumns) * engine.column_pixels();
  tile->height = tile_height(engine.picture_height(), key.level);
  tile->last = tile->settled_last = tile->width;
  auto image = media::decode_picture(*bytes, tile->width, tile->height);
  if (!image) return nullptr;
  tile->pixels = std::move(image->pixels);
  return tile;
}

void Overview::store(const Tile& tile) const {
  if (tile.key.level < kStoredLevel || !tile.complete() || tile.sampled) return;
  const auto text = session_.pixels_key(tile_columns(tile.key));
  const auto bytes = media::encode_png({tile.width, tile.height, tile.pixels});
  session_.document().file().put_overview(tile.key.level, tile.key.index, text, bytes);
}

}  // namespace equi::engine
