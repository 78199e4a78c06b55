#include <memory>

#include <fmt/format.h>
#include <unistd.h>

#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/images.h"
#include "core/base/error.h"
#include "core/eval/scene_quality.h"
#include "core/model/precision.h"
#include "core/train/files.h"
#include "core/train/picture_grid.h"

namespace equi::cli {
namespace {

constexpr std::int64_t kSheetColumns = 64, kPanoramaColumns = 400;

struct Arguments {
  std::string model = "models/demo", classifier, pictures;
  std::int64_t worlds = 6, panoramas = 3, far_column = 1000;
  std::uint64_t seed = 1;
  std::optional<double> guidance;
  std::string solver;
  int evaluations = 0;
  std::int64_t panorama_scene = 0;
  std::string device = "cpu", precision = "auto";
  int threads = 0;
  bool json = false;
};

eval::SceneQualityOptions options_of(const Arguments& a, const Manifest& manifest) {
  eval::SceneQualityOptions o;
  o.worlds = a.worlds;
  o.panoramas = a.panoramas;
  o.far_column = a.far_column;
  o.seed = a.seed;
  o.generation.guidance.scale = a.guidance.value_or(manifest.guidance_scale);
  sampling::validate(o.generation.guidance);
  if (!a.solver.empty()) o.generation.solver.method = sampling::parse_method(a.solver);
  if (a.evaluations > 0) o.generation.solver.evaluations = a.evaluations;
  if (a.worlds < 2 || a.panoramas < 1 || a.far_column < 16 || a.far_column > 1'000'000) {
    throw Error(ErrorKind::bad_input, "evaluate",
                "needs 2 worlds, 1 panorama and a far column of 16 to 1000000");
  }
  return o;
}

// What would fail after the minutes of measuring.
void check_pictures(const Arguments& a, const Manifest& manifest) {
  const int classes = manifest.generator.class_count;
  if (a.panorama_scene < 0 || a.panorama_scene >= classes) {
    throw Error(ErrorKind::bad_input, "panorama-scene",
                fmt::format("{} is not between 0 and {}", a.panorama_scene, classes - 1));
  }
  if (a.pictures.empty()) return;
  train::make_folder(a.pictures);
  if (access(a.pictures.c_str(), W_OK | X_OK) != 0) {
    throw Error(ErrorKind::io, a.pictures, "is no folder that can be written to");
  }
}

void write_pictures(const Arguments& a, const model::Model& model, const torch::Tensor& tokens) {
  const std::filesystem::path folder = a.pictures;
  const auto columns = std::min(kSheetColumns, tokens.size(1));
  std::vector<torch::Tensor> strips;
  for (const auto& row : tokens.unbind(0)) strips.push_back(eval::decode_columns(model, row, 0, columns));
  train::write_grid(folder / "contact-sheet.png", strips, 1);
  const auto far = std::max<std::int64_t>(0, tokens.size(1) - kSheetColumns);
  strips.clear();
  for (const auto& row : tokens.unbind(0)) {
    strips.push_back(eval::decode_columns(model, row, far, tokens.size(1)));
  }
  train::write_grid(folder / "contact-sheet-far.png", strips, 1);
  const auto wide = std::min(kPanoramaColumns, tokens.size(1));
  const auto panorama = eval::decode_columns(model, tokens[a.panorama_scene], 0, wide);
  train::write_grid(folder / "panorama.png", {panorama}, 1);
}

nlohmann::json to_json(const eval::SceneQuality& q) {
  return {{"psnr_reconstruction", q.psnr_reconstruction},
          {"ssim_reconstruction", q.ssim_reconstruction},
          {"psnr_windowed", q.psnr_windowed},
          {"seam_ratio", q.seam_ratio},
          {"seam_ratio_full_width", q.seam_ratio_full_width},
          {"class_agreement_near", q.class_agreement_near},
          {"class_agreement_far", q.class_agreement_far},
          {"frechet_near", q.frechet_near},
          {"frechet_far", q.frechet_far},
          {"frechet_far_without_class", q.frechet_far_without_class},
          {"position_loss_ratio", q.position_loss_ratio},
          {"frechet_rendered", q.frechet_rendered},
          {"classifier_accuracy", q.classifier_accuracy},
          {"position_losses", q.position_losses},
          {"agreement_by_class", q.agreement_by_class},
          {"columns_per_second", q.columns_per_second}};
}

void print_text(const eval::SceneQuality& q, const Manifest& manifest) {
  fmt::print("reconstruction    {:.2f} dB PSNR, {:.3f} SSIM\n", q.psnr_reconstruction, q.ssim_reconstruction);
  fmt::print("windowed decode   {:.2f} dB against the full width, seam ratio {:.3f} (full width: {:.3f})\n",
             q.psnr_windowed, q.seam_ratio, q.seam_ratio_full_width);
  fmt::print("class agreement   {:.1f} % near, {:.1f} % far (judge on rendered pictures: {:.1f} %)\n",
             100 * q.class_agreement_near, 100 * q.class_agreement_far, 100 * q.classifier_accuracy);
  fmt::print("Frechet distance  {:.3f} near, {:.3f} far (rendered halves: {:.3f})\n", q.frechet_near,
             q.frechet_far, q.frechet_rendered);
  fmt::print("position losses   {:.3f} largest / smallest\n", q.position_loss_ratio);
  for (std::size_t i = 0; i < q.agreement_by_class.size(); ++i) {
    fmt::print("  {:<24} {:5.1f} % near; far distance without it {:.1f}\n",
               printable(manifest.class_names[i]), 100 * q.agreement_by_class[i],
               q.frechet_far_without_class[i]);
  }
}

void run(const Arguments& a) {
  const Interrupt interrupt;
  if (a.threads > 0) torch::set_num_threads(a.threads);
  const auto bundle = Bundle::open(a.model);
  const auto options = options_of(a, bundle.manifest());
  check_pictures(a, bundle.manifest());
  const auto judge =
      train::load_classifier(a.classifier.empty() ? std::filesystem::path(a.model) / "classifier.safetensors"
                                                  : std::filesystem::path(a.classifier));
  const auto device = parse_device(a.device);
  const auto model = model::load_model(bundle, device, model::parse_precision(a.precision, device));
  torch::Tensor panoramas;
  std::string what;
  std::optional<ProgressBar> bar;
  const auto quality = eval::measure_scene_quality(
      model, judge, options, &panoramas,
      [&](const std::string& now, double done) {
        if (now != what) bar.emplace(what = now, 1000, a.json);
        bar->update(static_cast<std::int64_t>(done * 1000));
      },
      interrupt.token());
  bar.reset();
  if (a.json) {
    print_json(to_json(quality));
  } else {
    print_text(quality, bundle.manifest());
  }
  const torch::InferenceMode inference;
  if (!a.pictures.empty()) write_pictures(a, model, panoramas);
}

}  // namespace

void add_evaluate(CLI::App& app) {
  auto* command = app.add_subcommand("evaluate", "Measure a model's quality");
  command->require_subcommand(1);
  auto a = std::make_shared<Arguments>();
  auto* demo = command->add_subcommand("demo", "A model of the built-in scenes, on worlds it has not seen");
  demo->add_option("--model", a->model, "Folder of the bundle")->capture_default_str();
  demo->add_option("--classifier", a->classifier,
                   "The judge (default: classifier.safetensors in the bundle)");
  demo->add_option("--worlds", a->worlds, "Rendered worlds of each scene")->capture_default_str();
  demo->add_option("--panoramas", a->panoramas, "Panoramas of each scene")->capture_default_str();
  demo->add_option("--far-column", a->far_column, "Where the far stretch begins")->capture_default_str();
  demo->add_option("--seed", a->seed, "Seed of the noise")->capture_default_str();
  demo->add_option("--guidance", a->guidance, "Guidance scale (default: the bundle's guidance_scale)");
  demo->add_option("--solver", a->solver, "Solver of the flow (default: the app's)");
  demo->add_option("--evaluations", a->evaluations, "Velocity evaluations a column (default: the app's)")
      ->check(CLI::Range(1, 10000));
  demo->add_option("--pictures", a->pictures, "Folder for contact sheets and a panorama of 400 columns");
  demo->add_option("--panorama-scene", a->panorama_scene, "Class of the panorama")->capture_default_str();
  demo->add_option("--device", a->device, "cpu, cuda, cuda:N or auto")->capture_default_str();
  demo->add_option("--precision", a->precision, kPrecisionHelp)->capture_default_str();
  demo->add_option("--threads", a->threads, "Threads (default: libtorch's own choice)")
      ->check(CLI::Range(1, 1024));
  demo->add_flag("--json", a->json, "Print JSON");
  demo->footer(
      "Generates as the app does: stationary positions, windowed decode.\n"
      "Example: equicanvas-cli evaluate demo --json");
  demo->callback([a] { run(*a); });
}

}  // namespace equi::cli
