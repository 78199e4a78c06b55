#pragma once

#include <memory>
#include <stop_token>

#include "core/engine/overview.h"
#include "core/engine/session.h"
#include "core/engine/tile_cache.h"

namespace equi::engine {

// Makes the tiles of a canvas at a bounded cost, however long it is:
// level 0 from decoded columns, the part that has settled taken over from the tile in the cache;
// level k > 0 from the two tiles below it by an area filter, or from the project's overview where it is kept;
// beyond kExactLevel, where the overview has not everything, from samples: the tile is cut in kParts, each
// taken from the overview or drawn from one decoded window in its middle. Such a tile says that it is
// sampled.
class TileBuilder {
 public:
  static constexpr int kExactLevel = 5;  // 1024 columns are the most that is decoded for one tile
  static constexpr int kParts = 8;

  // `unfinished`, when given, keeps what a tile that was stopped had got to, for the next builder.
  TileBuilder(Session& session, TileCache& tiles, std::uint64_t revision,
              std::shared_ptr<const Tile>* unfinished = nullptr)
      : session_(session), tiles_(tiles), overview_(session), revision_(revision), unfinished_(unfinished) {}

  // The tile as the canvas is now, which is then in the cache; null when it lies outside the canvas.
  // Throws Error(cancelled) when stopped, Error(numeric), Error(io).
  std::shared_ptr<const Tile> build(const TileKey& key, const std::stop_token& stop);
  // The first tile that is to be built for this one: itself, or the deepest of those below it that is not
  // current. Building part after part lets other work in between.
  TileKey first_part(const TileKey& key) const;
  // Whether the tile of the cache shows the canvas as it is now.
  bool is_current(const TileKey& key) const;

 private:
  bool outside(const TileKey& key) const;
  bool is_kept(const TileKey& key) const;   // whole and exact, in the cache or in the overview
  bool is_known(const TileKey& key) const;  // kept, or all below it is, as far as that is soon found
  bool is_known(const TileKey& key, int& look_ups) const;
  Tile describe(const TileKey& key) const;  // of the canvas as it is now, all but the pixels
  Tile empty(const TileKey& key) const;     // the same with pixels to be drawn
  std::shared_ptr<const Tile> known_part(const TileKey& key) const;
  std::shared_ptr<const Tile> decode(const TileKey& key, const std::stop_token& stop);
  std::shared_ptr<const Tile> reduce(const TileKey& key, const std::stop_token& stop);
  std::shared_ptr<const Tile> sample(const TileKey& key, const std::stop_token& stop);
  void draw_part(Tile& tile, int part, const std::stop_token& stop);
  void keep(const TileKey& key, const Tile& tile);

  Session& session_;
  TileCache& tiles_;
  Overview overview_;
  std::uint64_t revision_;
  std::shared_ptr<const Tile>* unfinished_;
};

}  // namespace equi::engine
