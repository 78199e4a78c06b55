#include "core/engine/tile_cache.h"

#include <algorithm>
#include <list>
#include <map>
#include <mutex>
#include <utility>

namespace equi::engine {
namespace {

using Key = std::pair<int, std::int64_t>;

bool meets(const Tile& tile, std::int64_t first_column, std::int64_t last_column) {
  const ColumnRange columns = tile_columns(tile.key);
  return columns.begin < last_column && first_column < columns.end;
}

std::size_t size_of(const Tile& tile) {
  return sizeof(Tile) + tile.pixels.size();
}

}  // namespace

ColumnRange tile_columns(const TileKey& key) {
  const std::int64_t span = TileCache::kTileColumns << key.level;
  return {key.index * span, (key.index + 1) * span};
}

int tile_height(int picture_height, int level) {
  constexpr int kMostShift = 30;  // of an int
  return std::max(1, picture_height >> std::clamp(level, 0, kMostShift));
}

std::int64_t tile_index(int level, std::int64_t column) {
  return column >> level >> kTileShift;  // arithmetic: rounds down
}

struct TileCache::Impl {
  struct Entry {
    std::shared_ptr<const Tile> tile;
    bool stale = false;
  };
  using Order = std::list<Entry>;

  mutable std::mutex mutex;
  std::size_t budget = 0;
  std::size_t bytes = 0;
  mutable Order order;  // the most recently used first
  std::map<Key, Order::iterator> tiles;

  void erase(std::map<Key, Order::iterator>::iterator at) {
    bytes -= size_of(*at->second->tile);
    order.erase(at->second);
    tiles.erase(at);
  }
  template <class Condition>
  void erase_if(const Condition& condition) {
    for (auto it = tiles.begin(); it != tiles.end();) {
      const auto at = it++;
      if (condition(*at->second->tile)) erase(at);
    }
  }
  // The newest tile stays, however small the budget is.
  void trim() {
    while (bytes > budget && order.size() > 1) {
      const TileKey& key = order.back().tile->key;
      erase(tiles.find({key.level, key.index}));
    }
  }
};

TileCache::TileCache(std::size_t budget_bytes) : impl_(std::make_unique<Impl>()) {
  impl_->budget = budget_bytes;
}

TileCache::~TileCache() = default;

std::shared_ptr<const Tile> TileCache::find(const TileKey& key) const {
  const std::scoped_lock lock(impl_->mutex);
  const auto found = impl_->tiles.find({key.level, key.index});
  if (found == impl_->tiles.end()) return nullptr;
  impl_->order.splice(impl_->order.begin(), impl_->order, found->second);
  return found->second->tile;
}

void TileCache::put(std::shared_ptr<const Tile> tile) {
  const std::scoped_lock lock(impl_->mutex);
  const Key key{tile->key.level, tile->key.index};
  const auto found = impl_->tiles.find(key);
  if (found != impl_->tiles.end()) impl_->erase(found);
  impl_->bytes += size_of(*tile);
  impl_->order.push_front({std::move(tile), false});
  impl_->tiles[key] = impl_->order.begin();
  impl_->trim();
}

void TileCache::mark_stale(std::int64_t first_column, std::int64_t last_column) {
  const std::scoped_lock lock(impl_->mutex);
  for (auto& entry : impl_->order) {
    if (meets(*entry.tile, first_column, last_column)) entry.stale = true;
  }
}

bool TileCache::is_stale(const TileKey& key) const {
  const std::scoped_lock lock(impl_->mutex);
  const auto found = impl_->tiles.find({key.level, key.index});
  return found == impl_->tiles.end() || found->second->stale;
}

void TileCache::keep_range(std::int64_t first_column, std::int64_t last_column) {
  const std::scoped_lock lock(impl_->mutex);
  impl_->erase_if([&](const Tile& tile) { return !meets(tile, first_column, last_column); });
}

void TileCache::clear() {
  const std::scoped_lock lock(impl_->mutex);
  impl_->order.clear();
  impl_->tiles.clear();
  impl_->bytes = 0;
}

std::size_t TileCache::bytes() const {
  const std::scoped_lock lock(impl_->mutex);
  return impl_->bytes;
}

std::size_t TileCache::budget() const {
  const std::scoped_lock lock(impl_->mutex);
  return impl_->budget;
}

void TileCache::set_budget(std::size_t bytes) {
  const std::scoped_lock lock(impl_->mutex);
  impl_->budget = bytes;
  impl_->trim();
}

}  // namespace equi::engine
