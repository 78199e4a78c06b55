#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/engine/session.h"
#include "core/engine/tile_cache.h"
#include "core/jobs/job_queue.h"

namespace equi::engine {

// What the window needs to know of the canvas: an immutable value, made on the worker, read anywhere.
struct Snapshot {
  canvas::State state;
  ColumnRange extent;
  ColumnRange settled;               // document columns whose pixels are final
  std::vector<std::string> history;  // titles, oldest first
  std::int64_t cursor = 0;           // the present entry
  bool can_undo = false, can_redo = false;
  std::filesystem::path project;
  std::uint64_t revision =
      0;  // rises with every change of pixels that existed (undo, edit, cut), not with growth
};

// One canvas of the app: a session on the device's job queue, asynchronous, every member thread-safe and
// immediate. Callbacks come on the worker thread. Calls that change the document run in the order they were
// made; a running extension is stopped first where the change needs it.
class Studio {
 public:
  struct Callbacks {
    std::function<void(std::shared_ptr<const Snapshot>)> changed;
    std::function<void(ColumnRange)> pixels_ready;  // tiles over these document columns are in the cache
    std::function<void(const jobs::Progress&)> extending;                   // of a running extension
    std::function<void(std::int64_t made, std::optional<Error>)> extended;  // it ended
    std::function<void(const Error&)> failed;                               // of any other call
  };

  Studio(std::shared_ptr<jobs::JobQueue> queue, std::shared_ptr<TileCache> tiles, Callbacks callbacks);
  // Stops everything that it was asked for and waits for what runs to notice.
  ~Studio();

  // Replaces the canvas. `done` tells the error, or nothing.
  void create(std::shared_ptr<const Engine> engine, std::filesystem::path project, canvas::NewPanorama first,
              std::function<void(std::optional<Error>)> done = {});
  void open(std::shared_ptr<const Engine> engine, std::filesystem::path project, bool any_model,
            std::function<void(std::optional<Error>)> done = {});
  void close();  // flushes and lets go of the file
  void import_photo(std::filesystem::path picture, canvas::NewPanorama panorama,
                    std::int64_t blend_pixels = 32);

  void execute(canvas::Command command);
  void undo();
  void redo();
  void go_to_history(std::int64_t entry);
  void save_copy(std::filesystem::path target, std::function<void(std::optional<Error>)> done);

  void extend(FrameId frame, std::int64_t count);  // 0: until stopped
  // The running extension and the previews. Other work given to run() goes on: whoever asked for it has the
  // job to cancel it.
  void stop();
  bool extending() const;

  std::shared_ptr<const Snapshot> snapshot() const;  // null without a canvas

  // Asks for the tiles of `level` (0: full size, k: shrunk 2^k) over document columns; they go to the cache,
  // visible ones first; a new request replaces the one before.
  void request_tiles(int level, ColumnRange columns);

  // Runs `work` on the worker with the session (null without a canvas), for the inspector, variations and
  // exports. At priority `preview` a tile that is being made gives way.
  jobs::Job run(jobs::JobSpec spec_without_run, std::function<void(Session*, const jobs::Context&)> work);

 private:
  struct Impl;
  std::shared_ptr<jobs::JobQueue>
      queue_;  // here and not in what jobs hold: a worker cannot end its own queue
  std::shared_ptr<Impl> impl_;
};

}  // namespace equi::engine
