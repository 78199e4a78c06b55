#include "core/jobs/progress.h"

#include <algorithm>
#include <cmath>

namespace equi::jobs {

std::optional<double> Progress::seconds_left() const {
  if (total <= 0 || rate <= 0) return std::nullopt;
  return static_cast<double>(std::max<std::int64_t>(total - done, 0)) / rate;
}

ProgressMeter::ProgressMeter(std::int64_t total, double now) : start_(now), last_time_(now) {
  state_.total = total;
}

Progress ProgressMeter::update(std::int64_t done, double now) {
  const double elapsed = now - last_time_;
  if (elapsed > 0 && done > state_.done) {
    const double recent = static_cast<double>(done - state_.done) / elapsed;
    const double weight = 1.0 - std::exp(-elapsed / kMemorySeconds);
    state_.rate = state_.rate == 0 ? recent : state_.rate + weight * (recent - state_.rate);
    last_time_ = now;
  }
  state_.done = done;
  state_.seconds = now - start_;
  return state_;
}

double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace equi::jobs
