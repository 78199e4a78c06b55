#include "core/batch/service.h"

#include <atomic>
#include <exception>
#include <mutex>
#include <utility>

#include "core/jobs/progress.h"

namespace equi::batch {
namespace {

constexpr double kSliceSeconds = 0.15;
constexpr double kPollSeconds = 0.05;

void give_up(Runner& runner) {
  try {
    runner.give_up();
  } catch (const Error&) {
    return;  // the queue's file is gone; what was running waits when it is back
  }
}

// OnDevice, for another thread than the worker's. At a stop, what still waits behind other jobs is taken back
// and not waited for; what has begun hears of it by itself.
void on_worker(jobs::JobQueue& worker, const std::function<void()>& work, const std::stop_token& stop) {
  const auto taken = std::make_shared<std::atomic<bool>>(false);
  std::exception_ptr failure;  // of any kind, memory that ran out above all: a job's own error is an Error
  jobs::JobSpec spec;
  spec.name = "batch pixels";
  spec.priority = jobs::Priority::background;
  spec.run = [taken, &work, &failure](const jobs::Context&) {
    if (taken->exchange(true)) return;  // nobody waits for it any more: the references are dead
    try {
      work();
    } catch (...) {
      failure = std::current_exception();
    }
  };
  const auto job = worker.submit(std::move(spec));
  while (!job.wait_for(kPollSeconds)) {
    if (!stop.stop_requested()) continue;
    job.cancel();
    if (!taken->exchange(true)) throw Error(ErrorKind::cancelled, "", "stopped");
    job.wait();
  }
  if (failure) std::rethrow_exception(failure);
  if (const auto error = job.error()) throw *error;  // cancelled along with everything else on the worker
}

}  // namespace

struct BatchService::Shared {
  std::shared_ptr<jobs::JobQueue> worker;
  std::unique_ptr<jobs::JobQueue> writer;
  std::shared_ptr<Queue> queue;
  Callbacks callbacks;
  std::unique_ptr<Runner> runner;  // used by the job that is under way only
  std::stop_source stop;
  std::atomic<bool> running = false;  // changes under the mutex
  std::mutex mutex;                   // of what follows
  bool again = false;                 // a start came while it was running
  std::optional<jobs::Job> job;       // the newest, of either queue

  // False: it is running already.
  bool begin() {
    const std::scoped_lock lock(mutex);
    again = running;
    return !running.exchange(true);
  }
  // At the end of everything. False: it is not running any more.
  bool goes_on(bool more) {
    const std::scoped_lock lock(mutex);
    running = std::exchange(again, false) || more;
    return running;
  }
  void tell_end(const std::optional<Error>& error) const {
    if (!stop.stop_requested() && callbacks.ended) callbacks.ended(error);
  }
  void fail(const std::optional<Error>& error) {
    {
      const std::scoped_lock lock(mutex);
      running = again = false;
    }
    tell_end(error);
  }
};

BatchService::BatchService(std::shared_ptr<jobs::JobQueue> worker,
                           std::shared_ptr<const engine::Engine> engine, std::shared_ptr<Queue> queue,
                           Callbacks callbacks)
    : shared_(std::make_shared<Shared>()) {
  shared_->worker = std::move(worker);
  shared_->writer = std::make_unique<jobs::JobQueue>("equi-pictures");
  shared_->queue = queue;
  shared_->callbacks = std::move(callbacks);
  const auto on_device = [device = shared_->worker](const std::function<void()>& work,
                                                    const std::stop_token& stop) {
    on_worker(*device, work, stop);
  };
  shared_->runner = std::make_unique<Runner>(
      std::move(engine), std::move(queue),
      Runner::Callbacks{shared_->callbacks.changed, shared_->callbacks.progress}, on_device);
}

BatchService::~BatchService() {
  shared_->stop.request_stop();
  std::optional<jobs::Job> job;
  {
    const std::scoped_lock lock(shared_->mutex);
    job.swap(shared_->job);  // it holds `shared_` in turn
  }
  if (job) {
    job->cancel();
    job->wait();
  }
  give_up(*shared_->runner);
  // The worker may hold a finished job, and with it `shared_`, a moment longer: the folder's lock must not,
  // and a thread cannot end itself.
  shared_->writer.reset();
  shared_->runner.reset();
  shared_->queue.reset();
  shared_->worker.reset();
}

const std::shared_ptr<Queue>& BatchService::queue() const {
  return shared_->queue;
}

bool BatchService::running() const {
  return shared_->running;
}

void BatchService::start() {
  shared_->queue->resume();
  if (shared_->begin()) submit(shared_);
}

void BatchService::pause() {
  shared_->queue->pause("by the user");
}

void BatchService::submit(const std::shared_ptr<Shared>& shared) {
  if (shared->runner->writes_next()) {
    submit_to(*shared->writer, shared, write_pictures);
  } else {
    submit_to(*shared->worker, shared, make_columns);
  }
}

void BatchService::submit_to(jobs::JobQueue& queue, const std::shared_ptr<Shared>& shared, Part part) {
  jobs::JobSpec spec;
  spec.name = "batch";
  spec.priority = jobs::Priority::background;
  spec.run = [shared, part](const jobs::Context& context) { part(shared, context); };
  spec.on_end = [shared](const std::optional<Error>& error) {
    if (error) shared->fail(error);
  };
  const std::scoped_lock lock(shared->mutex);
  if (!shared->stop.stop_requested()) shared->job = queue.submit(std::move(spec));
}

// A slice, on the device's worker; when another job waits for that, it gets it first.
void BatchService::make_columns(const std::shared_ptr<Shared>& shared, const jobs::Context& context) {
  const auto& runner = shared->runner;
  const double end = jobs::steady_seconds() + kSliceSeconds;
  bool more = true;
  do {
    more = runner->step(context.stop());
  } while (more && !runner->writes_next() && !context.stopped() && jobs::steady_seconds() < end &&
           shared->worker->waiting() == 0);
  go_on(shared, more);
}

// On the service's own thread, like finish().
void BatchService::write_pictures(const std::shared_ptr<Shared>& shared, const jobs::Context& context) {
  const auto& runner = shared->runner;
  bool more = true;
  do {
    more = runner->step(context.stop());
  } while (more && runner->writes_next() && !context.stopped());
  go_on(shared, more);
}

void BatchService::go_on(const std::shared_ptr<Shared>& shared, bool more) {
  if (shared->stop.stop_requested()) {
    shared->runner->give_up();
  } else if (more) {
    submit(shared);
  } else {
    submit_to(*shared->writer, shared, finish);
  }
}

void BatchService::finish(const std::shared_ptr<Shared>& shared, const jobs::Context&) {
  write_results(*shared->queue);
  // What waits again, or a start that came meanwhile and found it running.
  const bool more = !shared->queue->paused() && shared->queue->next_group();
  if (shared->goes_on(more)) {
    submit(shared);
  } else {
    shared->tell_end(std::nullopt);
  }
}

}  // namespace equi::batch
