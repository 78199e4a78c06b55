#include "core/engine/tile_builder.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/engine/session_impl.h"
#include "core/engine/tile_pixels.h"

namespace equi::engine {
namespace {

constexpr int kMostLookUps = 128;  // of kept tiles, to know whether all of one is known

// Pixels [first, last) that columns cover in a tile.
struct PixelSpan {
  int first = 0, last = 0;
};

// A pixel of a reduced tile counts as covered when a part of it is (`inwards` false), or all of it.
PixelSpan pixels_of(const TileKey& key, ColumnRange columns, int column_pixels, bool inwards) {
  const ColumnRange tile = tile_columns(key);
  const ColumnRange shown = intersect(columns, tile);
  if (shown.size() == 0) return {};
  const int level = std::clamp(key.level, 0, kMaxLevel);
  const std::int64_t round = (std::int64_t{1} << level) - 1;
  const std::int64_t begin = (shown.begin - tile.begin) * column_pixels;
  const std::int64_t end = (shown.end - tile.begin) * column_pixels;
  const std::int64_t first = (begin + (inwards ? round : 0)) >> level;
  const std::int64_t last = (end + (inwards ? 0 : round)) >> level;
  return {static_cast<int>(first), static_cast<int>(std::max(first, last))};
}

}  // namespace

bool TileBuilder::is_current(const TileKey& key) const {
  const auto tile = tiles_.find(key);
  if (!tile || tiles_.is_stale(key)) return false;
  if (tile->complete()) return true;
  const Tile now = describe(key);
  const bool same_parts = tile->first == now.first && tile->last == now.last &&
                          tile->settled_first == now.settled_first && tile->settled_last == now.settled_last;
  // A sample is no exact picture of a growing edge anyway.
  return same_parts && (tile->sampled ||
                        (tile->left_columns == now.left_columns && tile->right_columns == now.right_columns));
}

bool TileBuilder::outside(const TileKey& key) const {
  return intersect(session_.extent(), tile_columns(key)).size() == 0;
}

bool TileBuilder::is_kept(const TileKey& key) const {
  const auto tile = tiles_.find(key);
  if (tile && tile->complete() && !tile->sampled && !tiles_.is_stale(key)) return true;
  return overview_.holds(key);
}

// The ends of the canvas, which are never kept, are a few columns: they count as known.
// What was looked at is kept on the levels above, too, and soon found; in projects of older programs it may
// not be, and thousands of tiles below one are not looked up.
bool TileBuilder::is_known(const TileKey& key) const {
  int look_ups = kMostLookUps;
  return is_known(key, look_ups);
}

bool TileBuilder::is_known(const TileKey& key, int& look_ups) const {
  if (outside(key)) return true;
  if (look_ups-- <= 0) return false;
  if (is_kept(key)) return true;
  if (key.level <= Overview::kStoredLevel) {
    const ColumnRange columns = tile_columns(key);
    return intersect(session_.settled(), columns) != columns;
  }
  return is_known({key.level - 1, 2 * key.index}, look_ups) &&
         is_known({key.level - 1, 2 * key.index + 1}, look_ups);
}

TileKey TileBuilder::first_part(const TileKey& key) const {
  if (key.level == 0 || overview_.holds(key) || (key.level > kExactLevel && !is_known(key))) return key;
  for (const std::int64_t index : {2 * key.index, 2 * key.index + 1}) {
    const TileKey half{key.level - 1, index};
    if (!outside(half) && !is_current(half)) return first_part(half);
  }
  return key;
}

std::shared_ptr<const Tile> TileBuilder::build(const TileKey& key, const std::stop_token& stop) {
  if (outside(key)) return nullptr;
  if (is_current(key)) return tiles_.find(key);
  std::shared_ptr<const Tile> tile;
  if (key.level == 0) {
    tile = decode(key, stop);
  } else if (auto kept = overview_.load(key)) {
    kept->revision = revision_;
    tile = std::move(kept);
  } else if (key.level > kExactLevel && !is_known(key)) {
    tile = sample(key, stop);
  } else {
    tile = reduce(key, stop);
  }
  tiles_.put(tile);
  keep(key, *tile);
  return tile;
}

// What has settled goes into the overview, where it is worth it: what was looked at at full size is there
// when somebody zooms out.
void TileBuilder::keep(const TileKey& key, const Tile& tile) {
  if (!tile.complete() || tile.sampled) return;
  if (key.level >= Overview::kStoredLevel) {
    try {
      if (overview_.holds(key)) return;
      overview_.store(tile);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::io) throw;  // a full disk: the overview is not worth an error
      return;
    }
  }
  const TileKey sibling{key.level, key.index ^ 1}, above{key.level + 1, key.index >> 1};
  if (key.level < kMaxLevel && is_kept(sibling) && !is_current(above)) build(above, {});
}

Tile TileBuilder::describe(const TileKey& key) const {
  const int px = session_.engine().column_pixels();
  Tile tile;
  tile.key = key;
  tile.revision = revision_;
  tile.width = static_cast<int>(TileCache::kTileColumns) * px;
  tile.height = tile_height(session_.engine().picture_height(), key.level);
  const ColumnRange extent = session_.extent(), final_columns = session_.settled();
  const auto span = pixels_of(key, extent, px, false);
  const auto settled = pixels_of(key, final_columns, px, true);
  tile.first = span.first;
  tile.last = span.last;
  tile.settled_first = settled.first;
  tile.settled_last = settled.last;
  const auto own_growth = [&](FrameId id) {
    const auto& frame = session_.state().frame(id);
    return frame.columns() > frame.context ? frame.columns() : 0;
  };
  const ColumnRange shown = intersect(extent, tile_columns(key));
  if (shown.begin < final_columns.begin) tile.left_columns = own_growth(FrameId::mirrored);
  if (shown.end > final_columns.end) tile.right_columns = own_growth(FrameId::forward);
  return tile;
}

Tile TileBuilder::empty(const TileKey& key) const {
  Tile tile = describe(key);
  tile.pixels.resize(std::size_t(tile.width) * std::size_t(tile.height) * 3);
  return tile;
}

// The tile, of the cache or unfinished, that has the most settled pixels of the canvas as it is.
std::shared_ptr<const Tile> TileBuilder::known_part(const TileKey& key) const {
  auto known = tiles_.is_stale(key) ? nullptr : tiles_.find(key);
  if (unfinished_ == nullptr || !*unfinished_) return known;
  const Tile& part = **unfinished_;
  if (part.key != key || part.revision != revision_) return known;
  const int had = known ? known->settled_last - known->settled_first : 0;
  return part.settled_last - part.settled_first > had ? *unfinished_ : known;
}

// In stretches outwards from what is known. Stopped, the settled ones that are done are kept for the next
// attempt, and the first one is never stopped: a tile that is cut off again and again, by previews while a
// slider is dragged, still gets done.
std::shared_ptr<const Tile> TileBuilder::decode(const TileKey& key, const std::stop_token& stop) {
  const int px = session_.engine().column_pixels();
  auto tile = std::make_shared<Tile>(empty(key));
  const ColumnRange all = tile_columns(key), shown = intersect(session_.extent(), all);
  const ColumnRange settled = session_.settled();
  const std::int64_t start = std::clamp(settled.begin, shown.begin, shown.end);
  ColumnRange known{start, start};
  const auto before = known_part(key);
  if (before && before->settled_last > before->settled_first) {
    known = {all.begin + before->settled_first / px, all.begin + before->settled_last / px};
    copy_columns(*tile, before->settled_first, before->pixels.data(), before->width, before->settled_first,
                 before->settled_last - before->settled_first);
  }
  // A GPU decodes many windows at once and is done before anybody waits.
  const bool cpu = session_.engine().device().kind == Device::Kind::cpu;
  // Within the margin columns change windows at most once: the first stretch decodes one new window.
  std::int64_t stretch = cpu ? std::max<std::int64_t>(1, session_.layout().margin()) : all.size();
  std::stop_token heeded;
  const auto draw = [&](ColumnRange part) {
    const Strip strip = session_.pixels(part, heeded);
    heeded = stop;
    stretch = std::max(stretch, session_.layout().hop);
    copy_columns(*tile, static_cast<int>(part.begin - all.begin) * px, strip.pixels.data(), strip.width, 0,
                 strip.width);
  };
  try {
    while (known.end < shown.end) {
      ColumnRange part{known.end, std::min(shown.end, known.end + stretch)};
      if (part.end > settled.end) part.end = shown.end;  // a frontier is not kept: all of it at once
      draw(part);
      known.end = part.end;
    }
    while (known.begin > shown.begin) {
      ColumnRange part{std::max(shown.begin, known.begin - stretch), known.begin};
      if (part.begin < settled.begin) part.begin = shown.begin;
      draw(part);
      known.begin = part.begin;
    }
  } catch (const Error& error) {
    const ColumnRange done = intersect(known, settled);
    if (unfinished_ != nullptr && error.kind() == ErrorKind::cancelled && done.size() > 0) {
      tile->settled_first = static_cast<int>(done.begin - all.begin) * px;
      tile->settled_last = static_cast<int>(done.end - all.begin) * px;
      *unfinished_ = tile;
    }
    throw;
  }
  if (unfinished_ != nullptr) unfinished_->reset();
  return tile;
}

std::shared_ptr<const Tile> TileBuilder::reduce(const TileKey& key, const std::stop_token& stop) {
  const auto left = build({key.level - 1, 2 * key.index}, stop);
  const auto right = build({key.level - 1, 2 * key.index + 1}, stop);
  auto tile = std::make_shared<Tile>(empty(key));
  const Tile halved = halve(key, left.get(), right.get());
  tile->pixels = halved.pixels;
  tile->sampled = halved.sampled;
  return tile;
}

// Parts that had settled in what is known stay as they are. Stopped, it keeps them as decode() does.
std::shared_ptr<const Tile> TileBuilder::sample(const TileKey& key, const std::stop_token& stop) {
  auto tile = std::make_shared<Tile>(empty(key));
  tile->sampled = true;
  const auto before = known_part(key);
  const bool usable = before && before->sampled;
  const int width = tile->width / kParts;
  std::stop_token heeded;
  for (int part = 0; part < kParts; ++part) {
    const int x = part * width;
    const auto settled_in = [&](const Tile& t) {
      return t.settled_first <= x && x + width <= t.settled_last;
    };
    if (usable && settled_in(*before)) {
      copy_columns(*tile, x, before->pixels.data(), before->width, x, width);
      continue;
    }
    try {
      draw_part(*tile, part, heeded);
    } catch (const Error& error) {
      tile->settled_last = std::min(tile->settled_last, x);
      const bool some = tile->settled_last > tile->settled_first;
      if (unfinished_ != nullptr && error.kind() == ErrorKind::cancelled && some) *unfinished_ = tile;
      throw;
    }
    if (settled_in(*tile)) heeded = stop;  // the ends are drawn anew each time: never only they
  }
  if (unfinished_ != nullptr) unfinished_->reset();
  return tile;
}

// A part is as wide as kTileColumns / kParts columns at full size: one to one, a sample fills it.
void TileBuilder::draw_part(Tile& tile, int part, const std::stop_token& stop) {
  const TileKey key{tile.key.level - 3, tile.key.index * kParts + part};
  const int width = tile.width / kParts, x = part * width;
  if (outside(key)) return;
  if (const auto kept = overview_.load(key))
    return shrink_into(tile, x, width, kept->pixels.data(), kept->width, kept->height);
  constexpr std::int64_t count = TileCache::kTileColumns / kParts;
  const ColumnRange columns = intersect(session_.extent(), tile_columns(key));
  // Where the decoder shows one window alone, so that only one is to be decoded.
  const auto& layout = session_.layout();
  const std::int64_t middle = (columns.begin + columns.end) / 2;
  const std::int64_t wanted = middle - middle % layout.hop + layout.margin() + layout.ramp;
  const std::int64_t begin = std::clamp(wanted, columns.begin, std::max(columns.begin, columns.end - count));
  const Strip strip = session_.pixels({begin, std::min(columns.end, begin + count)}, stop);
  shrink_into(tile, x, width, strip.pixels.data(), strip.width, strip.height);
}

}  // namespace equi::engine
