#pragma once

#include <memory>
#include <stop_token>

#include "core/engine/session.h"
#include "core/engine/tile_cache.h"

namespace equi::engine {

// Makes the tiles of a canvas: level 0 from decoded columns, the part that has settled taken over from the
// tile that is in the cache already; level k > 0 from the two tiles below it by an area filter.
class TileBuilder {
 public:
  TileBuilder(Session& session, TileCache& tiles, std::uint64_t revision)
      : session_(session), tiles_(tiles), revision_(revision) {}

  // The tile as the canvas is now, which is then in the cache; null when it lies outside the canvas.
  // Throws Error(cancelled) when stopped, Error(numeric).
  std::shared_ptr<const Tile> build(const TileKey& key, const std::stop_token& stop);
  // The first tile that is to be built for this one: itself, or the deepest of those below it that is not
  // current. Building part after part lets other work in between.
  TileKey first_part(const TileKey& key) const;
  // Whether the tile of the cache shows the canvas as it is now.
  bool is_current(const TileKey& key) const;

 private:
  std::shared_ptr<const Tile> decode(const TileKey& key, const std::stop_token& stop);
  std::shared_ptr<const Tile> reduce(const TileKey& key, const std::stop_token& stop);

  Session& session_;
  TileCache& tiles_;
  std::uint64_t revision_;
};

// The tile above two neighbours of one level, either of which may be null (outside the canvas): every pixel
// is the mean of those of its 2 x 2 that exist.
Tile halve(const TileKey& key, const Tile* left, const Tile* right);

}  // namespace equi::engine
