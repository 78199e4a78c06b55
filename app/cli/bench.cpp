#include "app/cli/bench.h"

#include <algorithm>
#include <fstream>
#include <memory>

#include <fmt/format.h>

#include "app/cli/commands.h"
#include "core/base/error.h"
#include "core/model/int8_weights.h"
#include "core/model/weight_arena.h"
#include "core/sampling/noise.h"

namespace equi::cli {
namespace {

constexpr double kKibPerMib = 1024.0;

struct Size {
  const char* name;
  int width, heads, blocks;
};
constexpr Size kSizes[] = {
    {"small", 512, 8, 16}, {"base", 768, 12, 24}, {"large", 1024, 16, 32}, {"huge", 1280, 16, 40}};

// A field of /proc/self/status.
double status_mib(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(field)) return std::stod(line.substr(field.size())) / kKibPerMib;
  }
  throw Error(ErrorKind::unsupported, "/proc/self/status", "it does not tell the memory of this process");
}

}  // namespace

void BenchOptions::add_to(CLI::App& command) {
  command.add_option("--device", device, "cpu, cuda, cuda:N or auto")->capture_default_str();
  command.add_option("--precision", precision, kPrecisionHelp)->capture_default_str();
  command.add_option("--threads", threads, "Threads of one operation (0: libtorch's choice)")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  command.add_flag("--json", json, "Print JSON");
}

void BenchOptions::apply_threads() const {
  if (threads > 0) torch::set_num_threads(threads);
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

double resident_mib() {
  return status_mib("VmRSS:");
}

double peak_mib() {
  return status_mib("VmHWM:");
}

GeneratorConfig published_size(const std::string& size) {
  for (const auto& known : kSizes) {
    if (size != known.name) continue;
    GeneratorConfig config;
    config.model_name = size + "_model";
    config.width = known.width;
    config.heads = known.heads;
    config.blocks = known.blocks;
    config.mlp_width = 4 * known.width;
    return config;
  }
  throw Error(ErrorKind::bad_input, "size", fmt::format("'{}' is unknown", printable(size)),
              "small, base, large or huge");
}

model::Generator random_generator(const GeneratorConfig& config, const Device& device, Precision precision) {
  model::Generator generator(config);
  const auto options =
      torch::TensorOptions().dtype(model::to_torch(precision)).device(model::to_torch(device));
  if (device.kind == Device::Kind::cpu) {
    model::materialize_in_large_pages(*generator, model::to_torch(precision));
  }
  model::randomize_weights(*generator, options, 1);
  generator->eval();
  for (auto& parameter : generator->parameters()) parameter.requires_grad_(false);
  if (precision == Precision::int8) model::quantize_blocks(generator);
  return generator;
}

torch::Tensor bench_noise(const stream::ColumnGenerator& generator, std::int64_t width, std::uint64_t seed) {
  return sampling::column_noise({seed, sampling::Frame::forward, generator.column(), 0}, width).unsqueeze(0);
}

void synchronize(const Device& device) {
  if (device.kind == Device::Kind::cuda) torch::empty({1}, model::to_torch(device)).item<float>();
}

void add_bench(CLI::App& app) {
  auto* bench = app.add_subcommand("bench", "Measure speed, memory and numerical error on this machine");
  bench->require_subcommand(1);
  add_bench_column(*bench);
  add_bench_operations(*bench);
  add_bench_numerics(*bench);
  add_bench_stream(*bench);
  add_bench_reference(*bench);
  add_bench_solvers(*bench);
  add_bench_windows(*bench);
  add_bench_canvas(*bench);
  add_bench_export(*bench);
  add_bench_batch(*bench);
}

}  // namespace equi::cli
