#include <memory>

#include <fmt/format.h>

#include "app/cli/bench.h"
#include "app/cli/console.h"
#include "core/base/error.h"
#include "core/model/precision.h"
#include "core/stream/numerics.h"

// bench numerics: what a quicker precision does to tokens and pixels.
namespace equi::cli {
namespace {

struct Arguments {
  std::string model = "models/demo";
  std::int64_t columns = 200;
  std::int64_t scene = 0;
  std::uint64_t seed = 1;
  BenchOptions bench;
};

void run(const Arguments& a) {
  a.bench.apply_threads();
  const auto bundle = Bundle::open(a.model);
  if (a.scene < 0 || a.scene >= bundle.manifest().generator.class_count) {
    throw Error(ErrorKind::bad_input, "scene", fmt::format("{} is not a class of this model", a.scene));
  }
  const auto device = parse_device(a.bench.device);
  const auto exact = model::load_model(bundle, {}, Precision::float32);
  const auto ours = model::load_model(bundle, device, model::parse_precision(a.bench.precision, device));
  const stream::GenerationSettings settings;
  const auto r = stream::compare_numerics(exact, ours, settings, a.scene, a.columns, a.seed);
  if (a.bench.json) {
    return print_json({{"device", device.name()},
                       {"precision", name(ours.precision)},
                       {"columns", a.columns},
                       {"scene", a.scene},
                       {"seed", a.seed},
                       {"evaluations", settings.solver.evaluations},
                       {"token_error_mean", r.token_error_mean},
                       {"token_error_worst", r.token_error_worst},
                       {"token_error_on_its_own", r.token_error_on_its_own},
                       {"psnr", r.psnr},
                       {"psnr_on_its_own", r.psnr_on_its_own},
                       {"psnr_of_decoder", r.psnr_of_decoder}});
  }
  fmt::print("{} on {} against float32 with libtorch's operators, {} columns on the same noise\n",
             name(ours.precision), device.name(), a.columns);
  fmt::print(
      "columns that follow the exact ones: token error {:.2e} on average, {:.2e} at worst; {:.1f} dB\n",
      r.token_error_mean, r.token_error_worst, r.psnr);
  fmt::print("columns that follow their own: token error {:.2e} in the last quarter; {:.1f} dB\n",
             r.token_error_on_its_own, r.psnr_on_its_own);
  fmt::print("the exact tokens through the decoder: {:.1f} dB\n", r.psnr_of_decoder);
}

}  // namespace

void add_bench_numerics(CLI::App& bench) {
  auto a = std::make_shared<Arguments>();
  auto* command = bench.add_subcommand("numerics", "Another precision and our kernels against float32");
  command->add_option("--model", a->model, "Folder of the bundle")->capture_default_str();
  command->add_option("--columns", a->columns, "Length of the row")
      ->check(CLI::Range(16, 100000))
      ->capture_default_str();
  command->add_option("--scene", a->scene, "Number of the class")->capture_default_str();
  command->add_option("--seed", a->seed, "Seed of the noise")->capture_default_str();
  a->bench.precision = "bfloat16";
  a->bench.add_to(*command);
  command->footer("Example: equicanvas-cli bench numerics --model models/demo --precision bfloat16 --json");
  command->callback([a] { run(*a); });
}

}  // namespace equi::cli
