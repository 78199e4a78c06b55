#include "core/engine/tile_builder.h"

#include <algorithm>
#include <cstring>

#include "core/engine/session_impl.h"

namespace equi::engine {
namespace {

// Pixels [first, last) that columns cover in a tile.
struct PixelSpan {
  int first = 0, last = 0;
  bool operator==(const PixelSpan&) const = default;
};

// A pixel of a reduced tile counts as covered when a part of it is (`inwards` false), or all of it.
PixelSpan pixels_of(const TileKey& key, ColumnRange columns, int column_pixels, bool inwards) {
  const ColumnRange tile = tile_columns(key);
  const ColumnRange shown = clip(columns, tile);
  if (shown.size() == 0) return {};
  const std::int64_t round = (std::int64_t{1} << key.level) - 1;
  const std::int64_t begin = (shown.begin - tile.begin) * column_pixels;
  const std::int64_t end = (shown.end - tile.begin) * column_pixels;
  const std::int64_t first = (begin + (inwards ? round : 0)) >> key.level;
  const std::int64_t last = (end + (inwards ? 0 : round)) >> key.level;
  return {static_cast<int>(first), static_cast<int>(std::max(first, last))};
}

void copy_columns(Tile& to, int to_x, const std::uint8_t* from, int from_width, int from_x, int count) {
  for (int y = 0; y < to.height; ++y) {
    std::memcpy(to.pixels.data() + (std::size_t(y) * std::size_t(to.width) + std::size_t(to_x)) * 3,
                from + (std::size_t(y) * std::size_t(from_width) + std::size_t(from_x)) * 3,
                std::size_t(count) * 3);
  }
}

}  // namespace

bool TileBuilder::is_current(const TileKey& key) const {
  const auto tile = tiles_.find(key);
  if (!tile || tiles_.is_stale(key)) return false;
  const int px = session_.engine().column_pixels();
  const PixelSpan shown{tile->first, tile->last}, settled{tile->settled_first, tile->settled_last};
  return tile->complete() || (shown == pixels_of(key, session_.extent(), px, false) &&
                              settled == pixels_of(key, session_.settled(), px, true));
}

TileKey TileBuilder::first_part(const TileKey& key) const {
  if (key.level == 0) return key;
  for (const std::int64_t index : {2 * key.index, 2 * key.index + 1}) {
    const TileKey half{key.level - 1, index};
    if (clip(session_.extent(), tile_columns(half)).size() > 0 && !is_current(half)) return first_part(half);
  }
  return key;
}

std::shared_ptr<const Tile> TileBuilder::build(const TileKey& key, const std::stop_token& stop) {
  if (clip(session_.extent(), tile_columns(key)).size() == 0) return nullptr;
  if (is_current(key)) return tiles_.find(key);
  auto tile = key.level == 0 ? decode(key, stop) : reduce(key, stop);
  tiles_.put(tile);
  return tile;
}

std::shared_ptr<const Tile> TileBuilder::decode(const TileKey& key, const std::stop_token& stop) {
  const int px = session_.engine().column_pixels();
  auto tile = std::make_shared<Tile>();
  tile->key = key;
  tile->revision = revision_;
  tile->width = static_cast<int>(TileCache::kTileColumns) * px;
  tile->height = session_.engine().picture_height();
  tile->pixels.resize(std::size_t(tile->width) * std::size_t(tile->height) * 3);
  const ColumnRange all = tile_columns(key), shown = clip(session_.extent(), all);
  const auto span = pixels_of(key, shown, px, false), settled = pixels_of(key, session_.settled(), px, true);
  tile->first = span.first;
  tile->last = span.last;
  tile->settled_first = settled.first;
  tile->settled_last = settled.last;
  ColumnRange known{shown.begin, shown.begin};
  const auto before = tiles_.find(key);
  if (before && !tiles_.is_stale(key) && before->settled_last > before->settled_first) {
    known = {all.begin + before->settled_first / px, all.begin + before->settled_last / px};
    copy_columns(*tile, before->settled_first, before->pixels.data(), before->width, before->settled_first,
                 before->settled_last - before->settled_first);
  }
  for (const ColumnRange part : {ColumnRange{shown.begin, known.begin}, ColumnRange{known.end, shown.end}}) {
    if (part.size() <= 0) continue;
    const Strip strip = session_.pixels(part, stop);
    copy_columns(*tile, static_cast<int>(part.begin - all.begin) * px, strip.pixels.data(), strip.width, 0,
                 strip.width);
  }
  return tile;
}

std::shared_ptr<const Tile> TileBuilder::reduce(const TileKey& key, const std::stop_token& stop) {
  const auto left = build({key.level - 1, 2 * key.index}, stop);
  const auto right = build({key.level - 1, 2 * key.index + 1}, stop);
  auto tile = std::make_shared<Tile>(halve(key, left.get(), right.get()));
  tile->revision = revision_;
  const auto settled = pixels_of(key, session_.settled(), session_.engine().column_pixels(), true);
  tile->settled_first = settled.first;
  tile->settled_last = settled.last;
  return tile;
}

Tile halve(const TileKey& key, const Tile* left, const Tile* right) {
  const Tile& any = left != nullptr ? *left : *right;
  Tile tile;
  tile.key = key;
  tile.width = any.width;
  tile.height = std::max(1, any.height / 2);
  tile.pixels.resize(std::size_t(tile.width) * std::size_t(tile.height) * 3);
  tile.first = tile.width;
  for (const Tile* half : {left, right}) {
    if (half == nullptr || half->last <= half->first) continue;
    const int offset = half == left ? 0 : tile.width / 2;
    tile.sampled = tile.sampled || half->sampled;
    tile.first = std::min(tile.first, offset + half->first / 2);
    tile.last = std::max(tile.last, offset + (half->last + 1) / 2);
    for (int y = 0; y < tile.height; ++y) {
      const int below = std::min(2 * y + 1, half->height - 1);
      const auto* upper = half->pixels.data() + std::size_t(2 * y) * std::size_t(half->width) * 3;
      const auto* lower = half->pixels.data() + std::size_t(below) * std::size_t(half->width) * 3;
      auto* out = tile.pixels.data() + (std::size_t(y) * std::size_t(tile.width) + std::size_t(offset)) * 3;
      for (int x = half->first / 2; x < (half->last + 1) / 2; ++x) {
        const int a = std::max(2 * x, half->first), b = std::min(2 * x + 1, half->last - 1);
        for (int c = 0; c < 3; ++c) {
          const int sum = upper[a * 3 + c] + upper[b * 3 + c] + lower[a * 3 + c] + lower[b * 3 + c];
          out[x * 3 + c] = static_cast<std::uint8_t>((sum + 2) / 4);
        }
      }
    }
  }
  if (tile.first > tile.last) tile.first = tile.last;
  return tile;
}

}  // namespace equi::engine
