#include "core/jobs/job_queue.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <vector>

#include <pthread.h>

namespace equi::jobs {

struct Job::Shared {
  JobSpec spec;
  std::stop_source stop;

  mutable std::mutex mutex;
  std::condition_variable ended;
  State state = State::waiting;
  std::optional<Error> error;

  // Ends the job once; `outcome` is empty when it ran to its end.
  void end(std::optional<Error> outcome) {
    if (spec.on_end) spec.on_end(outcome);
    {
      const std::scoped_lock lock(mutex);
      state = State::finished;
      error = std::move(outcome);
    }
    ended.notify_all();
  }
};

namespace {

Error cancelled(const std::string& name) {
  return {ErrorKind::cancelled, name, "cancelled"};
}

// Runs `body` and turns whatever leaves it into a value.
std::optional<Error> outcome_of(const std::string& name, const std::function<void()>& body) {
  try {
    body();
    return std::nullopt;
  } catch (const Error& error) {
    return error;
  } catch (const std::bad_alloc&) {
    return Error(ErrorKind::io, name, "the memory does not suffice",
                 "close other programs or make it smaller");
  } catch (const std::exception& error) {
    return Error(ErrorKind::internal, name, error.what());
  }
}

}  // namespace

void Context::check() const {
  if (stopped()) throw cancelled("");
}

void Job::cancel() const {
  shared_->stop.request_stop();
}

void Job::wait() const {
  std::unique_lock lock(shared_->mutex);
  shared_->ended.wait(lock, [this] { return shared_->state == State::finished; });
}

bool Job::wait_for(double seconds) const {
  std::unique_lock lock(shared_->mutex);
  return shared_->ended.wait_for(lock, std::chrono::duration<double>(seconds),
                                 [this] { return shared_->state == State::finished; });
}

State Job::state() const {
  const std::scoped_lock lock(shared_->mutex);
  return shared_->state;
}

std::optional<Error> Job::error() const {
  const std::scoped_lock lock(shared_->mutex);
  return shared_->error;
}

const std::string& Job::name() const {
  return shared_->spec.name;
}

JobQueue::JobQueue(std::string name)
    : name_(std::move(name)), worker_([this](const std::stop_token& end) { work(end); }) {
  pthread_setname_np(worker_.native_handle(), name_.substr(0, 15).c_str());
}

JobQueue::~JobQueue() {
  worker_.request_stop();
  cancel_all();
  worker_.join();
}

Job JobQueue::submit(JobSpec spec) {
  if (!spec.run) throw Error(ErrorKind::internal, spec.name, "a job without anything to run");
  auto shared = std::make_shared<Job::Shared>();
  shared->spec = std::move(spec);
  if (!shared->spec.replaces.empty()) cancel_key(shared->spec.replaces, shared->spec.spares_running);
  {
    const std::scoped_lock lock(mutex_);
    waiting_[{-static_cast<int>(shared->spec.priority), submitted_++}] = shared;
  }
  changed_.notify_all();
  return Job(shared);
}

void JobQueue::cancel_key(const std::string& key, bool waiting_only) {
  const std::scoped_lock lock(mutex_);
  for (const auto& [order, job] : waiting_) {
    if (job->spec.replaces == key) job->stop.request_stop();
  }
  if (!waiting_only && running_ && running_->spec.replaces == key) running_->stop.request_stop();
}

void JobQueue::cancel_all() {
  const std::scoped_lock lock(mutex_);
  for (const auto& [order, job] : waiting_) job->stop.request_stop();
  if (running_) running_->stop.request_stop();
}

void JobQueue::wait_idle() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return waiting_.empty() && !running_; });
}

std::size_t JobQueue::waiting() const {
  const std::scoped_lock lock(mutex_);
  return static_cast<std::size_t>(std::count_if(waiting_.begin(), waiting_.end(), [](const auto& each) {
    return !each.second->stop.stop_requested();
  }));
}

std::shared_ptr<Job::Shared> JobQueue::next(const std::stop_token& end) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, end, [this] { return !waiting_.empty(); });
  if (waiting_.empty()) return nullptr;
  auto chosen = waiting_.begin();
  if (chosen->second->spec.spares_running && followed_drag_) {
    constexpr int kVisible = -static_cast<int>(Priority::visible);
    const auto visible = waiting_.lower_bound({kVisible, 0});
    if (visible != waiting_.end() && visible->first.first == kVisible) chosen = visible;
  }
  running_ = chosen->second;
  waiting_.erase(chosen);
  followed_drag_ = running_->spec.spares_running;
  return running_;
}

void JobQueue::execute(const std::shared_ptr<Job::Shared>& job) {
  const auto token = job->stop.get_token();
  if (token.stop_requested()) return job->end(cancelled(job->spec.name));
  {
    const std::scoped_lock lock(job->mutex);
    job->state = State::running;
  }
  job->end(outcome_of(job->spec.name, [&] { job->spec.run(Context(token)); }));
}

void JobQueue::work(const std::stop_token& end) {
  // Jobs that are still waiting at the end are taken too: each hears that it was cancelled.
  while (const auto job = next(end)) {
    execute(job);
    {
      const std::scoped_lock lock(mutex_);
      running_.reset();
    }
    changed_.notify_all();
  }
}

}  // namespace equi::jobs
