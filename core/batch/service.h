#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "core/base/error.h"
#include "core/batch/runner.h"
#include "core/jobs/job_queue.h"

namespace equi::batch {

// A queue that is worked off on a device's worker in short slices of low priority, so that a canvas on the
// same worker stays alive. Members are thread-safe and immediate; callbacks come on the worker.
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
  // Stops at the next column and gives what is half made back to the queue.
  ~BatchService();

  const std::shared_ptr<Queue>& queue() const;
  void start();  // also after a pause: what is half made goes on
  void pause();  // at the next column
  bool running() const;

 private:
  struct Shared;
  static void submit(const std::shared_ptr<Shared>& shared);
  static void slice(const std::shared_ptr<Shared>& shared, const jobs::Context& context);
  std::shared_ptr<Shared> shared_;
};

}  // namespace equi::batch
