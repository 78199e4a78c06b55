#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace equi::jobs {

// How far a job is. A value: made by the worker, read anywhere.
struct Progress {
  std::int64_t done = 0;   // units finished
  std::int64_t total = 0;  // units in all; 0: unknown (a job that runs until it is stopped)
  double rate = 0.0;       // units per second, recent
  double seconds = 0.0;    // since the job started

  // Seconds left at the present rate; nothing while it cannot be told.
  std::optional<double> seconds_left() const;
};

// Turns counts into Progress values. The rate is an exponential average over about `kMemorySeconds`, so that
// it follows a change of speed without jumping. Time is given by the caller, in seconds on any steady clock.
class ProgressMeter {
 public:
  static constexpr double kMemorySeconds = 3.0;

  ProgressMeter(std::int64_t total, double now);
  Progress update(std::int64_t done, double now);

 private:
  Progress state_;
  double start_;
  double last_time_;
};

// Seconds on the steady clock.
double steady_seconds();

}  // namespace equi::jobs
