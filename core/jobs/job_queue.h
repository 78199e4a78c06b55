#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "core/base/error.h"
#include "core/jobs/progress.h"

namespace equi::jobs {

// What a job is allowed to see while it runs.
class Context {
 public:
  explicit Context(std::stop_token stop) : stop_(std::move(stop)) {}

  const std::stop_token& stop() const { return stop_; }
  bool stopped() const { return stop_.stop_requested(); }
  // Throws Error(cancelled) when the job was cancelled; to be called between solver steps.
  void check() const;

 private:
  std::stop_token stop_;
};

// Higher runs first; equal ones in the order of submission.
enum class Priority : int { background = 0, normal = 10, visible = 20, preview = 30 };

struct JobSpec {
  std::string name;  // for errors
  Priority priority = Priority::normal;
  std::string replaces = {};                     // not empty: cancels the earlier jobs of the same key
  std::function<void(const Context&)> run = {};  // on the worker; may throw
  // On the worker, also for a job that was cancelled before it started; called exactly once. The error is
  // empty when the job ran to its end.
  std::function<void(const std::optional<Error>&)> on_end = {};
  // `replaces` cancels only those that still wait: a drag is followed, not put off until its end. As such a
  // job is always waiting during a drag, every second turn goes to a job of priority `visible`, if one waits.
  bool spares_running = false;
};

enum class State { waiting, running, finished };

// A submitted job. Copies refer to the same job; letting go of all of them does not stop it.
class Job {
 public:
  void cancel() const;                  // returns at once
  void wait() const;                    // until on_end has returned
  bool wait_for(double seconds) const;  // false: still not ended
  State state() const;
  std::optional<Error> error() const;  // why it ended, once it has; empty: it ran to its end
  const std::string& name() const;

 private:
  friend class JobQueue;
  struct Shared;
  explicit Job(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
  std::shared_ptr<Shared> shared_;
};

// One worker thread that runs jobs by priority: the only thread that touches the model of its device. Errors
// leave a job as values, never as exceptions. All members are thread-safe.
class JobQueue {
 public:
  explicit JobQueue(std::string name);
  // Cancels everything and waits for the running job to notice.
  ~JobQueue();
  JobQueue(const JobQueue&) = delete;
  JobQueue& operator=(const JobQueue&) = delete;

  // Throws Error(internal) when `spec.run` is empty.
  Job submit(JobSpec spec);
  void cancel_all();
  void wait_idle();
  std::size_t waiting() const;

 private:
  using Key = std::pair<int, std::uint64_t>;  // (-priority, order of submission)

  void work(const std::stop_token& end);
  std::shared_ptr<Job::Shared> next(const std::stop_token& end);
  void execute(const std::shared_ptr<Job::Shared>& job);
  void cancel_key(const std::string& key, bool waiting_only);

  std::string name_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::map<Key, std::shared_ptr<Job::Shared>> waiting_;
  std::shared_ptr<Job::Shared> running_;
  bool followed_drag_ = false;  // the last turn was one of a drag
  std::uint64_t submitted_ = 0;
  std::jthread worker_;  // last: stops before the rest goes
};

}  // namespace equi::jobs
