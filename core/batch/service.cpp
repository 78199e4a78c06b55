#include "core/batch/service.h"

#include <atomic>
#include <mutex>

#include "core/jobs/progress.h"

namespace equi::batch {
namespace {

constexpr double kSliceSeconds = 0.15;

void give_up(Runner& runner) {
  try {
    runner.give_up();
  } catch (const Error&) {
    return;  // the queue's file is gone; what was running waits there as after a crash
  }
}

}  // namespace

struct BatchService::Shared {
  std::shared_ptr<jobs::JobQueue> worker;
  std::shared_ptr<Queue> queue;
  Callbacks callbacks;
  std::unique_ptr<Runner> runner;  // used on the worker only
  std::stop_source stop;
  std::atomic<bool> running = false;
  std::mutex mutex;              // of `job`
  std::optional<jobs::Job> job;  // the newest slice

  void end(const std::optional<Error>& error) {
    running = false;
    if (!stop.stop_requested() && callbacks.ended) callbacks.ended(error);
  }
};

BatchService::BatchService(std::shared_ptr<jobs::JobQueue> worker,
                           std::shared_ptr<const engine::Engine> engine, std::shared_ptr<Queue> queue,
                           Callbacks callbacks)
    : shared_(std::make_shared<Shared>()) {
  shared_->worker = std::move(worker);
  shared_->queue = queue;
  shared_->callbacks = std::move(callbacks);
  shared_->runner =
      std::make_unique<Runner>(std::move(engine), std::move(queue),
                               Runner::Callbacks{shared_->callbacks.changed, shared_->callbacks.progress});
}

BatchService::~BatchService() {
  shared_->stop.request_stop();
  std::optional<jobs::Job> job;
  {
    const std::scoped_lock lock(shared_->mutex);
    job = shared_->job;
  }
  if (job) {
    job->cancel();
    job->wait();
  }
  give_up(*shared_->runner);
  // The worker may hold its finished job, and with it `shared_`, a moment longer: the folder's lock must not.
  shared_->runner.reset();
  shared_->queue.reset();
}

const std::shared_ptr<Queue>& BatchService::queue() const {
  return shared_->queue;
}

bool BatchService::running() const {
  return shared_->running;
}

void BatchService::start() {
  shared_->queue->resume();
  if (!shared_->running.exchange(true)) submit(shared_);
}

void BatchService::pause() {
  shared_->queue->pause("by the user");
}

void BatchService::submit(const std::shared_ptr<Shared>& shared) {
  jobs::JobSpec spec;
  spec.name = "batch";
  spec.priority = jobs::Priority::background;
  spec.run = [shared](const jobs::Context& context) { slice(shared, context); };
  spec.on_end = [shared](const std::optional<Error>& error) {
    if (error) shared->end(error);
  };
  const std::scoped_lock lock(shared->mutex);
  if (!shared->stop.stop_requested()) shared->job = shared->worker->submit(std::move(spec));
}

void BatchService::slice(const std::shared_ptr<Shared>& shared, const jobs::Context& context) {
  const double end = jobs::steady_seconds() + kSliceSeconds;
  bool more = true;
  do {
    more = shared->runner->step(context.stop());
  } while (more && !context.stopped() && jobs::steady_seconds() < end && shared->worker->waiting() == 0);
  if (shared->stop.stop_requested()) {
    shared->runner->give_up();
    return;
  }
  // A device's worker that another job waits for gets it first: the next slice has the lowest priority.
  if (more) return submit(shared);
  write_results(*shared->queue);
  shared->end(std::nullopt);
}

}  // namespace equi::batch
