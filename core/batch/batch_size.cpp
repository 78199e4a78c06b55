#include <algorithm>
#include <fstream>
#include <string>

#include "core/base/cuda_loader.h"
#include "core/batch/panorama_group.h"

namespace equi::batch {
namespace {

// Beyond these another panorama at once hardly saves time (bench batch shows it): on a CPU the products are
// then limited by arithmetic, no longer by reading the weights.
constexpr std::int64_t kMostOnCpu = 16, kMostOnCuda = 64;
constexpr std::uint64_t kFloat = 4;
constexpr std::uint64_t kModulationRows = 256;  // of sampling::FlowEvaluator
constexpr double kShareOfMemory = 0.5;

std::uint64_t available_memory() {
  std::ifstream facts("/proc/meminfo");
  for (std::string line; std::getline(facts, line);) {
    if (line.starts_with("MemAvailable:")) return std::stoull(line.substr(13)) * 1024;
  }
  return std::uint64_t{1} << 30;
}

std::uint64_t device_memory(const Device& device) {
  for (const auto& each : cuda_status().devices) {
    if (each.index == device.index) return each.memory_bytes;
  }
  return std::uint64_t{1} << 30;
}

}  // namespace

std::uint64_t batch_bytes(const GeneratorConfig& config, std::int64_t columns, std::int64_t batch) {
  const auto b = static_cast<std::uint64_t>(batch), rows = 2 * b;
  const auto width = static_cast<std::uint64_t>(config.width),
             flow = static_cast<std::uint64_t>(config.flow_width);
  const auto window = static_cast<std::uint64_t>(std::max(1, config.cond_length)) + 1;
  // Keys and values of every block, twice: before and after a column.
  const std::uint64_t state = 2 * 2 * rows * static_cast<std::uint64_t>(config.blocks) * window * width;
  const std::uint64_t modulations =
      std::max(kModulationRows, rows) * static_cast<std::uint64_t>(config.flow_depth) * 3 * flow;
  const std::uint64_t activations = rows * 16 * std::max(width, flow);
  const std::uint64_t tokens =
      b * static_cast<std::uint64_t>(columns) * static_cast<std::uint64_t>(config.token_width);
  return kFloat * (state + modulations + activations + tokens);
}

std::int64_t choose_batch(const engine::Engine& engine, std::int64_t columns) {
  const bool cuda = engine.device().kind == Device::Kind::cuda;
  const auto memory = static_cast<double>(cuda ? device_memory(engine.device()) : available_memory());
  std::int64_t batch = cuda ? kMostOnCuda : kMostOnCpu;
  const auto fits = [&](std::int64_t b) {
    return static_cast<double>(batch_bytes(engine.manifest().generator, columns, b)) <=
           kShareOfMemory * memory;
  };
  while (batch > 1 && !fits(batch)) batch /= 2;
  return batch;
}

}  // namespace equi::batch
