// The pieces of one column of the published large size on the CPU, one by one, with random weights.
//   build/release/bin/column_bench [--benchmark_filter=...]
#include <benchmark/benchmark.h>
#include <torch/torch.h>

#include "core/cpu/isa.h"
#include "core/cpu/linear.h"
#include "core/model/weight_arena.h"
#include "core/model/weights.h"
#include "core/sampling/flow_evaluator.h"
#include "core/stream/context_stream.h"

namespace equi {
namespace {

constexpr std::int64_t kRows = 2;  // both guidance branches

const cpu::Kernels& kernels() {
  return cpu::kernels(cpu::best_isa(), cpu::WeightType::bfloat16);
}

torch::ScalarType operand_type() {
  return kernels().operand_bytes == 4 ? torch::kFloat32 : torch::kBFloat16;
}

// A product of `out` x `in` weights, a new matrix each time out of 512 MiB.
void product(benchmark::State& state, std::int64_t rows, std::int64_t in, std::int64_t out,
             cpu::Epilogue epilogue) {
  static const cpu::HugeBuffer memory(std::size_t{1} << 29);
  const auto bytes = static_cast<std::size_t>(in * out * 2);
  const std::size_t count = memory.size() / bytes;
  const auto x = torch::randn({rows, in}).to(operand_type()), bias = torch::zeros({out});
  auto y = torch::zeros({rows, out});
  cpu::LinearTask task;
  task.bias = bias.const_data_ptr<float>();
  task.in = in;
  task.out = task.y_stride = out;
  task.x = x.const_data_ptr();
  task.rows = rows;
  task.epilogue = epilogue;
  task.y = y.data_ptr();
  std::size_t i = 0;
  for (auto _ : state) {
    task.weight = memory.data() + i++ % count * bytes;
    cpu::run(kernels(), task);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
  state.counters["FLOPS"] = benchmark::Counter(static_cast<double>(state.iterations() * 2 * rows * in * out),
                                               benchmark::Counter::kIsRate);
}

void norm(benchmark::State& state) {
  const std::int64_t width = state.range(0);
  const auto x = torch::randn({kRows, width}), weight = torch::randn({width}),
             shift = torch::randn({kRows, width});
  auto y = torch::empty({kRows, width}, operand_type());
  cpu::NormTask task;
  task.x = x.const_data_ptr<float>();
  task.rows = kRows;
  task.width = width;
  task.eps = 1e-6;
  task.weight = task.bias = weight.const_data_ptr<float>();
  task.shift = task.scale = shift.const_data_ptr<float>();
  task.modulation_stride = width;
  task.y = y.data_ptr();
  for (auto _ : state) cpu::run(kernels(), task);
}

void attend(benchmark::State& state) {
  const std::int64_t keys = state.range(0), heads = 16, head_width = 64, width = heads * head_width;
  const bool rotate = state.range(1) != 0;
  const auto q = torch::randn({kRows, width}), rope = torch::randn({keys, 2, head_width});
  const auto k = torch::randn({kRows, keys, width}).to(torch::kBFloat16);
  std::vector<const void*> at;
  const std::vector<std::int64_t> strides(static_cast<std::size_t>(keys), keys * width);
  for (std::int64_t j = 0; j < keys; ++j) at.push_back(k[0][j].const_data_ptr());
  auto scratch = torch::empty({kRows * heads * (keys + head_width)});
  auto y = torch::empty({kRows, width}, operand_type());
  cpu::AttendTask task;
  task.rows = kRows;
  task.heads = heads;
  task.head_width = head_width;
  task.keys = keys;
  task.q = q.const_data_ptr<float>();
  task.q_stride = width;
  task.keys_at = task.values_at = at.data();
  task.row_strides = strides.data();
  task.q_rope = rope.const_data_ptr<float>();
  task.k_rope = rotate ? rope.const_data_ptr<float>() : nullptr;
  task.scratch = scratch.data_ptr<float>();
  task.y = y.data_ptr();
  for (auto _ : state) cpu::run(kernels(), task);
}

// A generator of the large size but for the number of blocks.
const model::Generator& generator() {
  static const model::Generator made = [] {
    GeneratorConfig config;
    config.blocks = 16;
    model::Generator g(config);
    model::materialize_in_large_pages(*g, torch::kBFloat16);
    model::randomize_weights(*g, torch::kBFloat16, 1);
    g->eval();
    return g;
  }();
  return made;
}

void transformer_of_16_blocks(benchmark::State& state) {
  const torch::InferenceMode inference;
  stream::ContextStream context(generator(), 1, true);
  const stream::GenerationSettings settings;
  const stream::Scene scene;
  auto at = context.start(0);
  for (int i = 0; i < 6; ++i) {
    if (i > 0) at = context.advance(at, {&scene, 1}, settings).state;
    at.pending = torch::randn({1, generator()->config.token_width});
    ++at.columns;
  }
  for (auto _ : state) context.advance(at, {&scene, 1}, settings);
}

void flow_head(benchmark::State& state) {
  const torch::InferenceMode inference;
  const auto plan = sampling::make_plan({sampling::Method::euler, {}, static_cast<int>(state.range(0))});
  sampling::FlowEvaluator flow(generator()->diffloss->net, plan);
  const auto conditions = torch::randn({kRows, generator()->config.width});
  const auto noise = torch::randn({1, generator()->config.token_width});
  for (auto _ : state) {
    flow.set_conditions(conditions);
    benchmark::DoNotOptimize(flow.sample(noise, 3.0));
  }
}

using cpu::Epilogue;
BENCHMARK_CAPTURE(product, qkv, kRows, 1024, 3072, Epilogue::store)->UseRealTime();
BENCHMARK_CAPTURE(product, proj, kRows, 1024, 1024, Epilogue::add)->UseRealTime();
BENCHMARK_CAPTURE(product, fc1, kRows, 1024, 4096, Epilogue::gelu)->UseRealTime();
BENCHMARK_CAPTURE(product, fc2, kRows, 4096, 1024, Epilogue::add)->UseRealTime();
BENCHMARK_CAPTURE(product, flow_first, kRows, 1280, 1280, Epilogue::silu)->UseRealTime();
BENCHMARK_CAPTURE(product, flow_second, kRows, 1280, 1280, Epilogue::add)->UseRealTime();
BENCHMARK_CAPTURE(product, modulations_of_25_steps, 50, 1280, 48640, Epilogue::store)->UseRealTime();
BENCHMARK_CAPTURE(product, modulations_of_100_steps, 200, 1280, 48640, Epilogue::store)->UseRealTime();
BENCHMARK(norm)->Arg(1024)->Arg(1280)->UseRealTime();
BENCHMARK(attend)->ArgNames({"keys", "rotate"})->Args({4, 1})->Args({16, 0})->UseRealTime();
BENCHMARK(transformer_of_16_blocks)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(flow_head)->Arg(10)->Arg(25)->Arg(100)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace equi

BENCHMARK_MAIN();
