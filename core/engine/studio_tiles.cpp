// Tiles of a studio: one a job, the middle of what is seen first.
#include <algorithm>

#include "core/engine/studio_impl.h"

namespace equi::engine {
namespace {

// A growing edge is made anew at most so often, and never takes more than a third of the time.
constexpr double kRefreshSeconds = 0.1;
constexpr double kRefreshShare = 2.0;

}  // namespace

void Studio::request_tiles(int level, ColumnRange columns) {
  const Impl::Request wanted{std::clamp(level, 0, kMaxLevel), columns};
  {
    const std::scoped_lock lock(impl_->mutex);
    if (impl_->closing) return;
    impl_->request = wanted;
    // What is being made goes on when it is still wanted: a request for every frame of a pan must not starve
    // the tiles.
    if (impl_->building) {
      const ColumnRange made = tile_columns(*impl_->building);
      if (made.begin >= columns.end || columns.begin >= made.end) impl_->building_stop.request_stop();
    }
  }
  impl_->schedule_tiles();
}

void Studio::Impl::stop_building() {
  const std::scoped_lock lock(mutex);
  if (building) building_stop.request_stop();
}

void Studio::Impl::schedule_tiles() {
  {
    const std::scoped_lock lock(mutex);
    if (tiles_waiting || closing || !request) return;
    tiles_waiting = true;
  }
  jobs::JobSpec spec;
  spec.name = "tiles";
  spec.priority = jobs::Priority::visible;
  const auto self = shared_from_this();
  spec.run = [self](const jobs::Context&) { self->make_tile(); };
  spec.on_end = [self](const std::optional<Error>& error) {
    if (!error) return;
    {
      const std::scoped_lock lock(self->mutex);
      self->tiles_waiting = false;
      if (error->kind() != ErrorKind::cancelled) self->request.reset();  // it would fail again
    }
    if (error->kind() != ErrorKind::cancelled && self->callbacks.failed) self->callbacks.failed(*error);
  };
  queue->submit(std::move(spec));
}

std::vector<TileKey> Studio::Impl::requested_tiles(const Request& wanted) const {
  const ColumnRange extent = session->extent();
  const ColumnRange columns{std::max(wanted.columns.begin, extent.begin),
                            std::min(wanted.columns.end, extent.end)};
  std::vector<TileKey> keys;
  if (columns.size() <= 0) return keys;
  const std::int64_t first = tile_index(wanted.level, columns.begin);
  const std::int64_t last = tile_index(wanted.level, columns.end - 1);
  for (std::int64_t i = first; i <= last; ++i) keys.push_back({wanted.level, i});
  const std::int64_t twice_middle =
      tile_index(wanted.level, wanted.columns.begin) + tile_index(wanted.level, wanted.columns.end - 1);
  std::ranges::stable_sort(keys, {}, [&](const TileKey& k) { return std::abs(2 * k.index - twice_middle); });
  // No more than the cache can hold, or they would push each other out for ever.
  const std::size_t bytes = std::size_t(tile_height(session->engine().picture_height(), wanted.level)) *
                            std::size_t(TileCache::kTileColumns * session->engine().column_pixels()) * 3;
  const std::size_t most = std::max<std::size_t>(1, tiles->budget() / (2 * std::max<std::size_t>(1, bytes)));
  if (keys.size() > most) keys.resize(most);
  return keys;
}

// Whether a tile that shows something already is to be made anew now.
bool Studio::Impl::may_refresh(const TileKey& key) const {
  if (tiles->is_stale(key)) return true;
  {
    const std::scoped_lock lock(mutex);
    if (extensions.empty()) return true;
  }
  return jobs::steady_seconds() - refreshed_at >= std::max(kRefreshSeconds, kRefreshShare * refresh_seconds);
}

std::optional<TileKey> Studio::Impl::next_tile(const Request& wanted, TileBuilder& builder) {
  for (const TileKey& key : requested_tiles(wanted)) {
    if (builder.is_current(key) || (tiles->find(key) && !may_refresh(key))) continue;
    return builder.first_part(key);
  }
  return std::nullopt;
}

void Studio::Impl::make_tile() {
  if (!session) {
    const std::scoped_lock lock(mutex);
    tiles_waiting = false;
    return;
  }
  TileBuilder builder(*session, *tiles, revision, &unfinished);
  std::stop_token stop;
  std::optional<TileKey> key;
  {
    std::unique_lock lock(mutex);
    const auto wanted = request;
    lock.unlock();
    if (wanted) key = next_tile(*wanted, builder);
    lock.lock();
    tiles_waiting = false;
    if (!key) return;
    building = key;
    building_stop = std::stop_source{};
    stop = building_stop.get_token();
  }
  const bool refresh = tiles->find(*key) != nullptr;
  const double begin = jobs::steady_seconds();
  std::shared_ptr<const Tile> tile;
  try {
    tile = builder.build(*key, stop);
  } catch (const Error& error) {
    const std::scoped_lock lock(mutex);
    building.reset();
    if (error.kind() != ErrorKind::cancelled) throw;
  }
  {
    const std::scoped_lock lock(mutex);
    building.reset();
  }
  if (refresh) {
    refreshed_at = jobs::steady_seconds();
    refresh_seconds = refreshed_at - begin;
  }
  session->flush_if_due();
  if (tile && callbacks.pixels_ready) callbacks.pixels_ready(tile_columns(*key));
  schedule_tiles();
}

}  // namespace equi::engine
