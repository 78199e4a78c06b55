#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace equi::train {

// Named numbers of one moment of a run, in the order they are shown.
using Metrics = std::vector<std::pair<std::string, double>>;

// The means of several moments, each name's over the moments that have it.
class MetricsMean {
 public:
  void add(const Metrics& metrics);
  Metrics take();  // and starts anew

 private:
  struct Sum {
    std::string name;
    double sum;
    std::int64_t count;
  };
  std::vector<Sum> sums_;
};

// metrics.jsonl (one object for each entry: step, kind, the numbers) and metrics.csv (step, kind, name,
// value) in a run's folder. A resumed run appends; entries after the step it resumes from, and lines that are
// none, are dropped first.
class MetricsLog {
 public:
  // Throws Error(io).
  MetricsLog(std::filesystem::path folder, std::int64_t resumed_step);
  // `kind` is "train" or "held_out". Throws Error(io) when the disk is full.
  void write(std::int64_t step, const std::string& kind, const Metrics& metrics);

 private:
  std::filesystem::path folder_;
};

}  // namespace equi::train
