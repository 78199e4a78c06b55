// How long import and load take, and how much memory a loaded model holds of its own.
//   build/release/bin/load_bench
#include <fstream>

#include <benchmark/benchmark.h>

#include "core/checkpoint/import.h"
#include "core/model/weights.h"
#include "tests/support/golden_bundle.h"

namespace equi {
namespace {

// A field of /proc/self/status in MiB.
double status_mib(const std::string& field) {
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(field + ":")) return std::stod(line.substr(field.size() + 1)) / 1024.0;
  }
  return 0;
}

void write_random(const std::filesystem::path& path, const std::vector<WeightSpec>& specs) {
  std::vector<TensorToWrite> tensors;
  for (const auto& spec : specs) {
    tensors.push_back({spec.name, DType::f32, spec.shape, [&spec](const ByteSink& sink) {
                         const auto values = torch::randn(spec.shape).mul_(0.02).contiguous();
                         sink({static_cast<const std::byte*>(values.const_data_ptr()), values.nbytes()});
                       }});
  }
  write_safetensors(path, tensors, {});
}

// A bundle of the published sizes (the large model) with random weights, float32, made once per process.
const std::filesystem::path& published_bundle() {
  static const testing::TempFolder folder;
  static const std::filesystem::path bundle = [] {
    Manifest m;  // the defaults are the published sizes
    m.name = "published size, random weights";
    m.vae_norm = 0.05493;
    m.dtype = "float32";
    m.class_names.assign(static_cast<std::size_t>(m.generator.class_count), "class");
    write_random(folder / "tokenizer.safetensors", weight_specs(m.tokenizer));
    write_random(folder / "generator.safetensors", weight_specs(m.generator));
    std::ofstream(folder / "manifest.json") << manifest_to_json(m);
    return folder.path();
  }();
  return bundle;
}

void import_golden(benchmark::State& state) {
  const testing::TempFolder folder;
  int i = 0;
  std::size_t bytes = 0;
  for (auto _ : state) {
    ImportOptions options;
    options.tokenizer_checkpoint = testing::golden_data("tokenizer_tiny.ckpt");
    options.generator_checkpoint = testing::golden_data("generator_tiny.pth");
    options.output = folder / std::to_string(i++);
    import_checkpoints(options);
    bytes += std::filesystem::file_size(options.output / "tokenizer.safetensors") +
             std::filesystem::file_size(options.output / "generator.safetensors");
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}
BENCHMARK(import_golden)->Unit(benchmark::kMillisecond)->UseRealTime();

void load_published(benchmark::State& state) {
  const auto& folder = published_bundle();
  const double before = status_mib("RssAnon");
  model::Model model;
  for (auto _ : state) model = model::load_model(Bundle::open(folder), {}, Precision::float32);
  state.counters["own_memory_MiB"] = status_mib("RssAnon") - before;
}
BENCHMARK(load_published)->Unit(benchmark::kMillisecond)->Iterations(3)->UseRealTime();

// From the folder to the first condition and the first velocity: every weight of the generator has been read.
void load_published_and_run(benchmark::State& state) {
  const auto& folder = published_bundle();
  const torch::InferenceMode inference;
  for (auto _ : state) {
    const auto model = model::load_model(Bundle::open(folder), {}, Precision::float32);
    const auto embedding = model.generator->class_embedding(torch::tensor({0}));
    const auto condition = model.generator->forward(torch::randn({1, 1, 256}), embedding).select(1, 0);
    benchmark::DoNotOptimize(
        model.generator->diffloss->net->forward(torch::randn({1, 256}), torch::ones({1}), condition));
  }
  state.counters["peak_rss_MiB"] = status_mib("VmHWM");
  state.counters["own_memory_MiB"] = status_mib("RssAnon");
}
BENCHMARK(load_published_and_run)->Unit(benchmark::kMillisecond)->Iterations(3)->UseRealTime();

}  // namespace
}  // namespace equi

BENCHMARK_MAIN();
