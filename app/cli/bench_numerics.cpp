#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "app/cli/bench.h"
#include "app/cli/console.h"
#include "core/base/error.h"
#include "core/eval/scene_quality.h"
#include "core/model/precision.h"
#include "core/stream/numerics.h"

// bench numerics: what a quicker precision does to tokens and pixels.
namespace equi::cli {
namespace {

struct Arguments {
  std::string model = "models/demo", classifier;
  std::int64_t columns = 200;
  std::int64_t scene = -1;  // all
  std::uint64_t seed = 1;
  BenchOptions bench;
};

// Over the scenes: means, and the worst where it is named so.
struct Summary {
  stream::NumericsReport mean;
  double token_error_worst = 0, lowest_psnr = stream::NumericsReport::kEqual;
  double agreement_exact = 0, agreement = 0;  // 0..1
};

void add(Summary& sum, const stream::NumericsReport& r, double share) {
  sum.mean.token_error_mean += share * r.token_error_mean;
  sum.mean.token_error_on_its_own += share * r.token_error_on_its_own;
  sum.mean.psnr += share * r.psnr;
  sum.mean.psnr_on_its_own += share * r.psnr_on_its_own;
  sum.mean.psnr_of_decoder += share * r.psnr_of_decoder;
  sum.token_error_worst = std::max(sum.token_error_worst, r.token_error_worst);
  sum.lowest_psnr = std::min(sum.lowest_psnr, r.psnr);
}

// The judge of the built-in scenes, where the model has one.
std::optional<train::NamedClassifier> judge_of(const Arguments& a, const Manifest& manifest) {
  const std::filesystem::path path = a.classifier.empty()
                                         ? std::filesystem::path(a.model) / "classifier.safetensors"
                                         : std::filesystem::path(a.classifier);
  if (a.classifier.empty() && !std::filesystem::exists(path)) return std::nullopt;
  auto judge = train::load_classifier(path);
  if (judge.class_names != manifest.class_names) {
    throw Error(ErrorKind::bad_input, path.string(), "judges other classes than the model's");
  }
  return judge;
}

void report(const Arguments& a, const Summary& sum, const std::string& what, bool judged, int evaluations) {
  const auto& r = sum.mean;
  if (a.bench.json) {
    nlohmann::json json = {{"ours", what},
                           {"columns", a.columns},
                           {"scene", a.scene},
                           {"seed", a.seed},
                           {"evaluations", evaluations},
                           {"token_error_mean", r.token_error_mean},
                           {"token_error_worst", sum.token_error_worst},
                           {"token_error_on_its_own", r.token_error_on_its_own},
                           {"psnr", r.psnr},
                           {"psnr_lowest", sum.lowest_psnr},
                           {"psnr_on_its_own", r.psnr_on_its_own},
                           {"psnr_of_decoder", r.psnr_of_decoder}};
    if (judged) {
      json["class_agreement"] = sum.agreement;
      json["class_agreement_exact"] = sum.agreement_exact;
    }
    return print_json(json);
  }
  fmt::print("{} against float32 with libtorch's operators, {} columns on the same noise, {}\n", what,
             a.columns, a.scene < 0 ? "every scene" : fmt::format("scene {}", a.scene));
  fmt::print(
      "columns that follow the exact ones: token error {:.2e} on average, {:.2e} at worst; {:.1f} dB, at "
      "least {:.1f}\n",
      r.token_error_mean, sum.token_error_worst, r.psnr, sum.lowest_psnr);
  fmt::print("columns that follow their own: token error {:.2e} in the last quarter; {:.1f} dB\n",
             r.token_error_on_its_own, r.psnr_on_its_own);
  fmt::print("the exact tokens through the decoder: {:.1f} dB\n", r.psnr_of_decoder);
  if (judged) {
    fmt::print("class agreement: {:.1f} % of our own columns, {:.1f} % of the exact ones\n",
               100 * sum.agreement, 100 * sum.agreement_exact);
  }
}

void run(const Arguments& a) {
  a.bench.apply_threads();
  const auto bundle = Bundle::open(a.model);
  const auto& manifest = bundle.manifest();
  if (a.scene < -1 || a.scene >= manifest.generator.class_count) {
    throw Error(ErrorKind::bad_input, "scene", fmt::format("{} is not a class of this model", a.scene));
  }
  const auto judge = judge_of(a, manifest);
  const auto device = parse_device(a.bench.device);
  const auto exact = model::load_model(bundle, {}, Precision::float32);
  const auto ours = model::load_model(bundle, device, model::parse_precision(a.bench.precision, device));
  stream::GenerationSettings settings;
  settings.guidance.scale = manifest.guidance_scale;
  const std::int64_t first = std::max<std::int64_t>(a.scene, 0),
                     last = a.scene < 0 ? manifest.generator.class_count : a.scene + 1;
  const double share = 1.0 / static_cast<double>(last - first);
  const auto px = manifest.tokenizer.column_pixels();
  Summary sum;
  ProgressBar bar("scenes", last - first, a.bench.json);
  for (auto scene = first; scene < last; ++scene) {
    const auto r = stream::compare_numerics(exact, ours, settings, scene, a.columns, a.seed);
    add(sum, r, share);
    if (judge) {
      sum.agreement += share * eval::class_agreement(*judge, r.own_picture, px, scene);
      sum.agreement_exact += share * eval::class_agreement(*judge, r.exact_picture, px, scene);
    }
    bar.update(scene - first + 1);
  }
  report(a, sum, fmt::format("{} on {}", name(ours.precision), device.name()), judge.has_value(),
         settings.solver.evaluations);
}

}  // namespace

void add_bench_numerics(CLI::App& bench) {
  auto a = std::make_shared<Arguments>();
  auto* command = bench.add_subcommand("numerics", "Another precision and our kernels against float32");
  command->add_option("--model", a->model, "Folder of the bundle")->capture_default_str();
  command->add_option("--columns", a->columns, "Length of the row")
      ->check(CLI::Range(16, 100000))
      ->capture_default_str();
  command->add_option("--scene", a->scene, "Number of the class (-1: all)")->capture_default_str();
  command->add_option("--classifier", a->classifier,
                      "The judge of the classes (default: classifier.safetensors in the bundle, if there)");
  command->add_option("--seed", a->seed, "Seed of the noise")->capture_default_str();
  a->bench.precision = "bfloat16";
  a->bench.add_to(*command);
  command->footer("Example: equicanvas-cli bench numerics --model models/demo --precision bfloat16 --json");
  command->callback([a] { run(*a); });
}

}  // namespace equi::cli
