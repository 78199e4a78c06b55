#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "core/base/error.h"
#include "core/batch/runner.h"
#include "core/jobs/job_queue.h"

namespace equi::batch {

// A queue that is worked off beside a canvas on the same device's worker. Columns are made there in short
// slices of low priority. Pictures, the manifest and the contact sheets are written on a thread of the
// service's own, which asks the worker for one block of pixels at a time (and for the bridge of a seamless
// picture), with low priority too. The worker is never kept from the canvas for longer than that.
//
// Members are thread-safe and immediate; callbacks come on either of the two threads.
class BatchService {
 public:
  struct Callbacks {
    std::function<void(std::int64_t item)> changed;
    std::function<void(const RunnerProgress&)> progress;
    // Nothing is being made any more: the queue is done, or paused (queue.pause_reason() says why). The error
    // is of the queue's own file or of the manifest.
    std::function<void(const std::optional<Error>&)> ended;
  };

  BatchService(std::shared_ptr<jobs::JobQueue> worker, std::shared_ptr<const engine::Engine> engine,
               std::shared_ptr<Queue> queue, Callbacks callbacks);
  BatchService(const BatchService&) = delete;
  BatchService& operator=(const BatchService&) = delete;
  // Stops at the next column or block of a picture and gives what is half made back to the queue. On neither
  // of the two threads.
  ~BatchService();

  const std::shared_ptr<Queue>& queue() const;
  void start();  // also after a pause: what is half made goes on, a picture that was being written anew
  void pause();  // at the next column or block of a picture
  bool running() const;

 private:
  struct Shared;
  // What one job does. One is under way at a time and submits the next, so that the runner and what `Shared`
  // holds are used by one thread at a time.
  using Part = void (*)(const std::shared_ptr<Shared>& shared, const jobs::Context& context);

  static void submit(const std::shared_ptr<Shared>& shared);
  static void submit_to(jobs::JobQueue& queue, const std::shared_ptr<Shared>& shared, Part part);
  static void make_columns(const std::shared_ptr<Shared>& shared, const jobs::Context& context);
  static void write_pictures(const std::shared_ptr<Shared>& shared, const jobs::Context& context);
  static void go_on(const std::shared_ptr<Shared>& shared, bool more);
  static void finish(const std::shared_ptr<Shared>& shared, const jobs::Context& context);
  std::shared_ptr<Shared> shared_;
};

}  // namespace equi::batch
