// One window of the decoder on the CPU: 16 columns, random weights, channels innermost as load_weights lays
// converted weights out (DECODE_BENCH_PLAIN=1: as they lie in a file of the same precision).
//   build/release/bin/decode_bench
#include <cstdlib>

#include <benchmark/benchmark.h>

#include "core/model/cpu_decoder.h"
#include "core/model/weights.h"

namespace equi {
namespace {

// What the bundled demo model is built like.
TokenizerConfig demo_size() {
  TokenizerConfig c;
  c.image_height = 128;
  c.encoder_channels = c.decoder_channels = 16;
  c.channel_multipliers = {1, 2, 2, 4, 8};
  c.blocks_per_level = 1;
  c.z_channels = 32;
  c.token_width = 64;
  c.norm_groups = 2;
  return c;
}

void lay_out(model::Tokenizer& tokenizer) {
  if (std::getenv("DECODE_BENCH_PLAIN") != nullptr) return;
  for (auto& p : tokenizer->parameters()) {
    if (p.dim() == 4) p.set_data(p.contiguous(torch::MemoryFormat::ChannelsLast));
  }
}

void decode(benchmark::State& state, const TokenizerConfig& config, torch::ScalarType type) {
  const torch::InferenceMode inference;
  model::Tokenizer tokenizer(config);
  model::randomize_weights(*tokenizer, type, 1);
  tokenizer->eval();
  lay_out(tokenizer);
  const auto tokens = torch::randn({1, 16, config.token_width}).to(type);
  tokenizer->decode(tokens);
  for (auto _ : state) benchmark::DoNotOptimize(tokenizer->decode(tokens).const_data_ptr());
  state.counters["columns_per_second"] =
      benchmark::Counter(static_cast<double>(state.iterations() * 8), benchmark::Counter::kIsRate);
}

// The same by the decoder for inference on the CPU.
void decode_quickly(benchmark::State& state, const TokenizerConfig& config, torch::ScalarType type) {
  const torch::InferenceMode inference;
  model::Tokenizer tokenizer(config);
  model::randomize_weights(*tokenizer, type, 1);
  tokenizer->eval();
  const auto decoder = model::CpuDecoder::of(tokenizer);
  if (decoder == nullptr) return state.SkipWithError("there is none for this processor");
  const auto tokens = torch::randn({1, 16, config.token_width}).to(type);
  decoder->decode(tokens);
  for (auto _ : state) benchmark::DoNotOptimize(decoder->decode(tokens).const_data_ptr());
  state.counters["columns_per_second"] =
      benchmark::Counter(static_cast<double>(state.iterations() * 8), benchmark::Counter::kIsRate);
}

void encode(benchmark::State& state, const TokenizerConfig& config, torch::ScalarType type) {
  const torch::InferenceMode inference;
  model::Tokenizer tokenizer(config);
  model::randomize_weights(*tokenizer, type, 1);
  tokenizer->eval();
  lay_out(tokenizer);
  const auto image = torch::randn({1, 3, config.image_height, 256}).to(type);
  tokenizer->encode(image);
  for (auto _ : state) benchmark::DoNotOptimize(tokenizer->encode(image).const_data_ptr());
}

BENCHMARK_CAPTURE(decode, demo_float32, demo_size(), torch::kFloat32)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(decode, demo_bfloat16, demo_size(), torch::kBFloat16)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(decode, published_float32, TokenizerConfig{}, torch::kFloat32)
    ->UseRealTime()
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(decode, published_bfloat16, TokenizerConfig{}, torch::kBFloat16)
    ->UseRealTime()
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(decode_quickly, demo_float32, demo_size(), torch::kFloat32)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(decode_quickly, demo_bfloat16, demo_size(), torch::kBFloat16)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(decode_quickly, published_float32, TokenizerConfig{}, torch::kFloat32)
    ->UseRealTime()
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(decode_quickly, published_bfloat16, TokenizerConfig{}, torch::kBFloat16)
    ->UseRealTime()
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(encode, demo_float32, demo_size(), torch::kFloat32)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace equi

BENCHMARK_MAIN();
