#pragma once

#include <deque>
#include <mutex>

#include "core/engine/studio.h"
#include "core/engine/tile_builder.h"

namespace equi::engine {

// What a studio is made of. Members are either the worker's alone or guarded by the mutex, and say which.
struct Studio::Impl : std::enable_shared_from_this<Impl> {
  Impl(jobs::JobQueue* job_queue, std::shared_ptr<TileCache> tile_cache, Callbacks calls)
      : queue(job_queue), tiles(std::move(tile_cache)), callbacks(std::move(calls)) {}

  jobs::JobQueue* const queue;  // the studio's; jobs run while it lives
  const std::shared_ptr<TileCache> tiles;
  const Callbacks callbacks;

  // An extension that was asked for and has not ended.
  struct Extension {
    canvas::Extend entry;
    std::int64_t made = 0;
    jobs::ProgressMeter meter;
    std::stop_source stop;
  };

  // The worker's.
  std::unique_ptr<Session> session;
  std::uint64_t revision = 0;
  canvas::State shown;                     // the state that the tiles and the last snapshot are of
  std::shared_ptr<const Tile> unfinished;  // what a tile that gave way had got to
  double refreshed_at = 0;  // when tiles of a growing edge were made anew last, and how long it took
  double refresh_seconds = 0;

  // Guarded.
  mutable std::mutex mutex;
  std::shared_ptr<const Snapshot> snapshot;
  std::deque<std::shared_ptr<Extension>> extensions;
  bool slice_waiting = false;
  struct Request {
    int level = 0;
    ColumnRange columns;
  };
  std::optional<Request> request;
  bool tiles_waiting = false;
  std::optional<TileKey> building;
  std::stop_source building_stop;
  std::vector<jobs::Job> previews, other_runs;  // what run() submitted and has not ended
  bool closing = false;

  // Any thread.
  using Done = std::function<void(std::optional<Error>)>;
  using Change = std::function<void()>;  // on the worker; may replace the session
  // Runs a change after those asked for before and ahead of everything else; what it changed is published.
  void change(std::string name, Change body, Done done = {});
  Session& need_session();  // throws Error(bad_input) when there is no canvas
  void stop_extensions();
  void stop_building();

  // The worker's.
  void publish();
  void state_changed();  // publishes, and marks the tiles that show something else now
  void end_stopped_extensions();
  void end_extension(const std::shared_ptr<Extension>& extension, std::optional<Error> error);

  // studio_extend.cpp
  void schedule_slice();
  void slice(const jobs::Context& context);
  std::shared_ptr<Extension> front() const;

  // studio_tiles.cpp
  void schedule_tiles();
  void make_tile();
  std::vector<TileKey> requested_tiles(const Request& wanted) const;
  std::optional<TileKey> next_tile(const Request& wanted, TileBuilder& builder);
  bool may_refresh(const TileKey& key) const;
};

}  // namespace equi::engine
