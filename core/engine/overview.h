#pragma once

#include <memory>

#include "core/engine/session.h"
#include "core/engine/tile_cache.h"

namespace equi::engine {

// The small tiles that a project file keeps, so that zooming out of a canvas that was looked at once costs a
// few reads: levels kStoredLevel and above, settled ones only, lossless. A tile is found as long
// as what its pixels depend on is the same (Session::pixels_key), undo and redo included.
class Overview {
 public:
  static constexpr int kStoredLevel = 3;  // 256 columns

  explicit Overview(Session& session) : session_(session) {}

  // Null when there is none, or an old one.
  std::shared_ptr<Tile> load(const TileKey& key) const;
  bool holds(const TileKey& key) const;
  // Keeps a complete tile. Throws Error(io).
  void store(const Tile& tile) const;

 private:
  Session& session_;
};

}  // namespace equi::engine
