// Matrix products with few rows: libtorch's and ours, against the rate at which this machine reads memory.
//   build/release/bin/linear_bench
#include <benchmark/benchmark.h>
#include <torch/torch.h>

#include "core/cpu/huge_pages.h"
#include "core/cpu/isa.h"
#include "core/cpu/linear.h"
#include "core/cpu/parallel.h"

namespace equi {
namespace {

constexpr std::int64_t kWidth = 1280;     // of the large model's flow head
constexpr std::int64_t kBytes = 1 << 28;  // of weights: far beyond the caches

cpu::HugeBuffer& memory() {
  static cpu::HugeBuffer buffer(kBytes);
  static const bool filled = [] {
    const auto values = torch::randn({kWidth * kWidth}).to(torch::kBFloat16);
    for (std::size_t at = 0; at + values.nbytes() <= buffer.size(); at += values.nbytes()) {
      std::memcpy(buffer.data() + at, values.const_data_ptr(), values.nbytes());
    }
    return true;
  }();
  benchmark::DoNotOptimize(filled);
  return buffer;
}

// The matrices in the buffer, one after the other, for ever.
std::vector<torch::Tensor> matrices(torch::ScalarType type) {
  const auto bytes = kWidth * kWidth * static_cast<std::int64_t>(torch::elementSize(type));
  std::vector<torch::Tensor> all;
  for (std::int64_t at = 0; at + bytes <= kBytes; at += bytes) {
    all.push_back(torch::from_blob(memory().data() + at, {kWidth, kWidth}, type));
  }
  return all;
}

void set_rates(benchmark::State& state, const std::vector<torch::Tensor>& weights) {
  const auto bytes = static_cast<std::int64_t>(weights.front().nbytes());
  state.SetBytesProcessed(state.iterations() * bytes);
  const double products = static_cast<double>(state.iterations() * state.range(0) * 2 * kWidth * kWidth);
  state.counters["FLOPS"] = benchmark::Counter(products, benchmark::Counter::kIsRate);
}

void libtorch_linear(benchmark::State& state, torch::ScalarType type) {
  const torch::InferenceMode inference;
  const auto weights = matrices(type);
  const auto x = torch::randn({state.range(0), kWidth}).to(type), bias = torch::zeros({kWidth}, type);
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(torch::linear(x, weights[i++ % weights.size()], bias).const_data_ptr());
  }
  set_rates(state, weights);
}

// type: of the weights; int8 is widened to bfloat16 where the instruction set multiplies that, else to
// float32.
void our_linear(benchmark::State& state, torch::ScalarType type, cpu::Isa isa = cpu::best_isa()) {
  if (isa > cpu::best_isa()) return state.SkipWithError("this processor does not have it");
  const torch::InferenceMode inference;
  const auto weights = matrices(type);
  const bool narrow = type == torch::kBFloat16 || (type == torch::kInt8 && isa >= cpu::Isa::avx512_bf16);
  const auto& kernels = cpu::kernels(isa, narrow ? cpu::WeightType::bfloat16 : cpu::WeightType::float32);
  const auto x = torch::randn({state.range(0), kWidth})
                     .to(kernels.operand_bytes == 4 ? torch::kFloat32 : torch::kBFloat16);
  auto y = torch::empty({state.range(0), kWidth});
  const auto bias = torch::zeros({kWidth});
  cpu::LinearTask task;
  task.bias = bias.const_data_ptr<float>();
  task.in = task.out = task.y_stride = kWidth;
  task.x = x.const_data_ptr();
  task.rows = state.range(0);
  task.y = y.data_ptr();
  const auto scales = torch::full({kWidth}, 0.01);
  if (type == torch::kInt8) task.scales = scales.const_data_ptr<float>();
  std::size_t i = 0;
  for (auto _ : state) {
    task.weight = weights[i++ % weights.size()].const_data_ptr();
    cpu::run(kernels, task);
  }
  set_rates(state, weights);
}

// The yardstick: reading alone.
void read_memory(benchmark::State& state) {
  const auto* words = reinterpret_cast<const std::uint64_t*>(memory().data());
  for (auto _ : state) {
    cpu::parallel_for(kBytes / 8, 1 << 16, [&](std::int64_t begin, std::int64_t end) {
      std::uint64_t sum = 0;
      for (std::int64_t i = begin; i < end; ++i) sum ^= words[i];
      benchmark::DoNotOptimize(sum);
    });
  }
  state.SetBytesProcessed(state.iterations() * kBytes);
}

// What waking the threads costs.
void parallel_region(benchmark::State& state) {
  for (auto _ : state) {
    cpu::parallel_for(1024, 1, [](std::int64_t begin, std::int64_t) { benchmark::DoNotOptimize(begin); });
  }
}

#define EQUI_ROWS ->Arg(1)->Arg(2)->Arg(4)->Arg(8)->Arg(16)->Arg(32)->Arg(64)->UseRealTime()
BENCHMARK(read_memory)->UseRealTime();
BENCHMARK(parallel_region)->UseRealTime();
BENCHMARK_CAPTURE(libtorch_linear, float32, torch::kFloat32) EQUI_ROWS;
BENCHMARK_CAPTURE(our_linear, float32, torch::kFloat32) EQUI_ROWS;
BENCHMARK_CAPTURE(libtorch_linear, bfloat16, torch::kBFloat16) EQUI_ROWS;
BENCHMARK_CAPTURE(our_linear, bfloat16, torch::kBFloat16) EQUI_ROWS;
BENCHMARK_CAPTURE(our_linear, int8, torch::kInt8) EQUI_ROWS;
// What a desktop without AVX-512 runs.
BENCHMARK_CAPTURE(our_linear, avx2_float32, torch::kFloat32, cpu::Isa::avx2)->Arg(2)->Arg(32)->UseRealTime();
BENCHMARK_CAPTURE(our_linear, avx2_int8, torch::kInt8, cpu::Isa::avx2)->Arg(2)->Arg(32)->UseRealTime();
BENCHMARK(read_memory)->UseRealTime();

}  // namespace
}  // namespace equi

BENCHMARK_MAIN();
