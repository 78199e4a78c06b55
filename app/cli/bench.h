#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "core/model/weights.h"
#include "core/stream/column_generator.h"

// What the sub-commands of `bench` share.
namespace equi::cli {

// Each adds one sub-command of `bench`; one source file each.
void add_bench_column(CLI::App& bench);
void add_bench_operations(CLI::App& bench);
void add_bench_numerics(CLI::App& bench);
void add_bench_stream(CLI::App& bench);
void add_bench_reference(CLI::App& bench);
void add_bench_solvers(CLI::App& bench);
void add_bench_windows(CLI::App& bench);
void add_bench_canvas(CLI::App& bench);
void add_bench_export(CLI::App& bench);
void add_bench_batch(CLI::App& bench);

// The options that every benchmark has.
struct BenchOptions {
  std::string device = "cpu";
  std::string precision = "auto";
  int threads = 0;  // 0: libtorch's own choice
  bool json = false;

  void add_to(CLI::App& command);
  void apply_threads() const;
};

// Seconds since construction.
class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

double median(std::vector<double> values);

// Memory of this process now, in MiB (VmRSS of /proc/self/status).
double resident_mib();
// Its peak so far (VmHWM).
double peak_mib();

// The published sizes: "small", "base", "large", "huge", each with the flow head of the large model, the only
// one whose checkpoint is public (width 1280, depth 12). Throws Error(bad_input) for another name.
GeneratorConfig published_size(const std::string& size);

// A generator of random weights.
model::Generator random_generator(const GeneratorConfig& config, const Device& device, Precision precision);

// Noise of the next column of `generator`, [1, E].
torch::Tensor bench_noise(const stream::ColumnGenerator& generator, std::int64_t width, std::uint64_t seed);

// Waits until the device has done everything.
void synchronize(const Device& device);

}  // namespace equi::cli
