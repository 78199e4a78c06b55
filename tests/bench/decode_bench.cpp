// One window of the decoder: 16 columns, random weights, channels innermost as load_weights lays converted
// weights out (DECODE_BENCH_PLAIN=1: as they lie in a file of the same precision). On the CPU, and where
// there is a GPU also there.
//   build/release/bin/decode_bench
#include <cstdlib>

#include <benchmark/benchmark.h>

#include "core/base/cuda_loader.h"
#include "core/model/cpu_decoder.h"
#include "core/model/weights.h"
#include "core/stream/window_decoder.h"

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

// Windows of 16 columns, of which 8 are new ones.
template <class Decoder>
void time_windows(benchmark::State& state, const Decoder& decoder, const torch::Tensor& tokens) {
  decoder->decode(tokens);
  for (auto _ : state) benchmark::DoNotOptimize(decoder->decode(tokens).const_data_ptr());
  state.counters["columns_per_second"] =
      benchmark::Counter(static_cast<double>(state.iterations() * 8), benchmark::Counter::kIsRate);
}

model::Tokenizer random_tokenizer(const TokenizerConfig& config, torch::ScalarType type) {
  model::Tokenizer tokenizer(config);
  model::randomize_weights(*tokenizer, type, 1);
  tokenizer->eval();
  return tokenizer;
}

void decode(benchmark::State& state, const TokenizerConfig& config, torch::ScalarType type) {
  const torch::InferenceMode inference;
  auto tokenizer = random_tokenizer(config, type);
  lay_out(tokenizer);
  time_windows(state, tokenizer, torch::randn({1, 16, config.token_width}).to(type));
}

// The same by the decoder for inference on the CPU.
void decode_quickly(benchmark::State& state, const TokenizerConfig& config, torch::ScalarType type) {
  const torch::InferenceMode inference;
  const auto decoder = model::CpuDecoder::of(random_tokenizer(config, type));
  if (decoder == nullptr) return state.SkipWithError("there is none for this processor");
  time_windows(state, decoder, torch::randn({1, 16, config.token_width}).to(type));
}

// As the program does it on a GPU, recorded and replayed; each window is waited for.
void decode_on_gpu(benchmark::State& state, const TokenizerConfig& config, std::int64_t windows) {
  const torch::InferenceMode inference;
  if (!cuda_status().kernels_loaded) return state.SkipWithError(cuda_status().reason.c_str());
  const auto there = torch::TensorOptions().device(torch::kCUDA).dtype(torch::kBFloat16);
  model::Tokenizer tokenizer(config);
  model::randomize_weights(*tokenizer, there, 1);
  tokenizer->eval();
  stream::WindowDecoder decoder(tokenizer);
  const auto tokens = torch::randn({windows, 16, config.token_width}).to(there);
  const auto decode_all = [&] {
    auto made = decoder.decode(tokens);
    return made.pixels().select(0, 0).select(0, 0).select(0, 0).select(0, 0).item<float>();
  };
  for (int i = 0; i < 3; ++i) decode_all();
  for (auto _ : state) benchmark::DoNotOptimize(decode_all());
  state.SetLabel(decoder.recorded() == 1 ? "recorded" : decoder.fallback_reason());
  state.counters["windows_per_second"] =
      benchmark::Counter(static_cast<double>(state.iterations() * windows), benchmark::Counter::kIsRate);
}

void encode(benchmark::State& state, const TokenizerConfig& config, torch::ScalarType type) {
  const torch::InferenceMode inference;
  auto tokenizer = random_tokenizer(config, type);
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
BENCHMARK_CAPTURE(decode_on_gpu, published_alone, TokenizerConfig{}, 1)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(decode_on_gpu, published_eight, TokenizerConfig{}, 8)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(encode, demo_float32, demo_size(), torch::kFloat32)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace equi

BENCHMARK_MAIN();
