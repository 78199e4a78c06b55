#pragma once

#include <cstddef>
#include <vector>

namespace equi::ui {

// How long painting takes: the last kKept frames, in milliseconds.
class FrameClock {
 public:
  static constexpr std::size_t kKept = 4096;

  void add(double milliseconds) {
    if (times_.size() < kKept) {
      times_.push_back(milliseconds);
    } else {
      times_[next_] = milliseconds;
    }
    next_ = (next_ + 1) % kKept;
  }
  const std::vector<double>& times() const { return times_; }  // in no order

 private:
  std::vector<double> times_;
  std::size_t next_ = 0;
};

}  // namespace equi::ui
