#include "app/cli/machine_rates.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <vector>

#include <torch/torch.h>

#include "app/cli/bench.h"
#include "core/cpu/huge_pages.h"
#include "core/cpu/parallel.h"

namespace equi::cli {
namespace {

constexpr std::size_t kBytes = std::size_t{256} << 20;
constexpr int kRepeats = 5;

// The shortest of a few: what the machine can do when nobody disturbs it.
double best_seconds(const std::function<void()>& work) {
  double best = 1e9;
  for (int i = 0; i < kRepeats; ++i) {
    const Stopwatch watch;
    work();
    best = std::min(best, watch.seconds());
  }
  return best;
}

// Rows and columns of the matrices whose product is timed: enough to fill the device.
std::int64_t matrix_side(const Device& device) {
  return device.kind == Device::Kind::cuda ? 8192 : 1536;
}

double time_matrix(const Device& device, Precision precision) {
  const std::int64_t side = matrix_side(device);
  const auto options =
      torch::TensorOptions().dtype(model::to_torch(precision)).device(model::to_torch(device));
  const auto a = torch::randn({side, side}).to(options), b = torch::randn({side, side}).to(options);
  torch::matmul(a, b);
  synchronize(device);
  return best_seconds([&] {
    torch::matmul(a, b);
    synchronize(device);
  });
}

// Calls part(begin, end) for bytes [0, kBytes), one stretch for each thread.
template <class Part>
void for_bytes(const Part& part) {
  cpu::parallel_for(static_cast<std::int64_t>(kBytes), std::int64_t{1} << 20, part);
}

void measure_memory_on_cpu(MachineRates& rates) {
  const cpu::HugeBuffer from(kBytes), to(kBytes);
  for_bytes([&](std::int64_t begin, std::int64_t end) {
    std::memset(from.data() + begin, 1, static_cast<std::size_t>(end - begin));
    std::memset(to.data() + begin, 2, static_cast<std::size_t>(end - begin));
  });
  rates.copy_bytes =
      2.0 * kBytes / best_seconds([&] {
        for_bytes([&](std::int64_t begin, std::int64_t end) {
          std::memcpy(to.data() + begin, from.data() + begin, static_cast<std::size_t>(end - begin));
        });
      });
  const auto* words = reinterpret_cast<const std::uint64_t*>(from.data());
  std::vector<std::uint64_t> sums(1024);
  rates.read_bytes = kBytes / best_seconds([&] {
                       for_bytes([&](std::int64_t begin, std::int64_t end) {
                         std::uint64_t sum = 0;
                         for (std::int64_t i = begin / 8; i < end / 8; ++i) sum ^= words[i];
                         sums[static_cast<std::size_t>(begin >> 20) % sums.size()] = sum;
                       });
                     });
}

void measure_memory_on_device(const Device& device, MachineRates& rates) {
  const auto options = torch::TensorOptions().dtype(torch::kUInt8).device(model::to_torch(device));
  const auto from = torch::ones({4 * static_cast<std::int64_t>(kBytes)}, options);
  auto to = torch::empty_like(from);
  to.copy_(from);
  synchronize(device);
  rates.copy_bytes = 2.0 * static_cast<double>(from.numel()) / best_seconds([&] {
                       to.copy_(from);
                       synchronize(device);
                     });
  rates.read_bytes = rates.copy_bytes;
}

}  // namespace

MachineRates measure_rates(const Device& device, Precision precision) {
  const torch::InferenceMode inference;
  MachineRates rates;
  if (device.kind == Device::Kind::cpu) {
    measure_memory_on_cpu(rates);
  } else {
    measure_memory_on_device(device, rates);
  }
  const auto n = static_cast<double>(matrix_side(device));
  rates.matrix_flops = 2.0 * n * n * n / time_matrix(device, precision);
  return rates;
}

}  // namespace equi::cli
