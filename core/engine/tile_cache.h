#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/stream/window_plan.h"

namespace equi::engine {

using stream::ColumnRange;

constexpr int kTileShift = 5;  // 32 columns
constexpr int kMaxLevel = 40;  // a tile of it holds every canvas

// A tile: kTileColumns << level document columns of the canvas, shrunk 2^level in both directions.
// Tile i of a level covers document columns [i, i + 1) * (kTileColumns << level); i may be negative.
struct TileKey {
  int level = 0;
  std::int64_t index = 0;
  bool operator==(const TileKey&) const = default;
};

// The document columns that a tile covers, and the tile of a level that covers a column.
ColumnRange tile_columns(const TileKey& key);
std::int64_t tile_index(int level, std::int64_t column);
// Pixels: the picture's, shrunk 2^level, at least 1.
int tile_height(int picture_height, int level);

struct Tile {
  TileKey key;
  std::uint64_t revision = 0;  // of the canvas when it was made (Snapshot::revision); older ones that an edit
                               // left alone are as good
  int width = 0, height = 0;   // pixels
  int first = 0, last = 0;     // pixels [first, last) of the width exist; the others are outside the canvas
  int settled_first = 0, settled_last = 0;  // the part that never changes again
  // How many columns the frames had, where the tile shows what they still change: the mirrored one left of
  // what is settled, the forward one right of it. 0 where it shows nothing of that.
  std::int64_t left_columns = 0, right_columns = 0;
  bool sampled = false;              // far zoomed out: made of samples, not of every column
  std::vector<std::uint8_t> pixels;  // [height, width, 3] RGB
  bool complete() const { return settled_first == 0 && settled_last == width; }
};

// Decoded tiles with a byte budget, the least recently used dropped first. Thread-safe; the painter's look-up
// never waits for a decode.
class TileCache {
 public:
  static constexpr std::int64_t kTileColumns = std::int64_t{1} << kTileShift;
  explicit TileCache(std::size_t budget_bytes = std::size_t{512} << 20);
  ~TileCache();

  std::shared_ptr<const Tile> find(const TileKey& key) const;  // null: not there
  void put(std::shared_ptr<const Tile> tile);
  // The pixels of these columns have changed: tiles over them are to be made again, and are shown until then.
  void mark_stale(std::int64_t first_column, std::int64_t last_column);
  bool is_stale(const TileKey& key) const;  // or not there
  // Forgets tiles that lie wholly outside of a canvas.
  void keep_range(std::int64_t first_column, std::int64_t last_column);
  void clear();
  std::size_t bytes() const;
  std::size_t budget() const;
  void set_budget(std::size_t bytes);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace equi::engine
