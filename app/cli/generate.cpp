#include <charconv>
#include <memory>

#include <ATen/CPUGeneratorImpl.h>
#include <fmt/format.h>

#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/images.h"
#include "core/base/error.h"
#include "core/model/weights.h"
#include "core/sampling/reference_sampler.h"

namespace equi::cli {
namespace {

constexpr std::int64_t kMaxReferenceColumns = 512;

struct Arguments {
  std::string model = "models/demo";
  std::string scene, output;
  std::int64_t columns = 16;
  std::uint64_t seed = 1;
  double guidance = 7.0;
  std::string schedule = "linear";
  std::int64_t steps = 0;  // 0: the model's own
  std::string device = "cpu";
  std::string precision = "float32";
  bool json = false;
};

std::int64_t find_class(const Manifest& manifest, const std::string& scene) {
  const auto& names = manifest.class_names;
  const auto found = std::ranges::find(names, scene);
  if (found != names.end()) return found - names.begin();
  std::int64_t index = -1;
  const auto parsed = std::from_chars(scene.data(), scene.data() + scene.size(), index);
  const bool whole = parsed.ec == std::errc() && parsed.ptr == scene.data() + scene.size();
  if (whole && index >= 0 && index < static_cast<std::int64_t>(names.size())) return index;
  throw Error(ErrorKind::bad_input, "scene",
              fmt::format("'{}' is none of the model's {} classes", printable(scene), names.size()),
              "equicanvas-cli info --model ... lists them; a number works too");
}

void check(const Arguments& a) {
  if (a.columns < 2 || a.columns > kMaxReferenceColumns) {
    throw Error(ErrorKind::bad_input, "columns",
                fmt::format("{} is not between 2 and {}", a.columns, kMaxReferenceColumns));
  }
  if (a.steps < 0 || a.steps > 10000) throw Error(ErrorKind::bad_input, "steps", "must be 1 to 10000");
  if (!(a.guidance >= 0 && a.guidance <= 100)) {
    throw Error(ErrorKind::bad_input, "guidance", "must be between 0 and 100");
  }
}

torch::Tensor draw_noise(std::int64_t columns, std::int64_t width, std::uint64_t seed) {
  auto generator = torch::make_generator<at::CPUGeneratorImpl>(seed);
  return torch::randn({columns, 1, width}, generator, torch::kFloat32);
}

void run(const Arguments& a) {
  check(a);
  const Interrupt interrupt;
  media::check_writable(a.output);
  const auto bundle = Bundle::open(a.model);
  const auto label = find_class(bundle.manifest(), a.scene);
  const auto model = model::load_model(bundle, parse_device(a.device), parse_precision(a.precision));
  const torch::InferenceMode inference;
  sampling::ReferenceSettings settings{a.columns, a.guidance, a.schedule == "linear",
                                       a.steps > 0 ? a.steps : model.manifest.generator.sampling_steps};
  const auto labels = torch::full({1}, label, torch::kInt64).to(model::to_torch(model.device));
  torch::Tensor tokens;
  {
    ProgressBar bar("columns", a.columns, a.json);
    tokens = sampling::sample_reference(
        model.generator, model.generator->class_embedding(labels),
        draw_noise(a.columns, model.manifest.generator.token_width, a.seed), {}, settings,
        [&](std::int64_t done) { bar.update(done); }, interrupt.token());
  }
  const auto picture = to_image(model.tokenizer->decode(tokens / model.manifest.vae_norm));
  media::write_image(a.output, picture);
  if (a.json) {
    return print_json({{"output", a.output},
                       {"scene", model.manifest.class_names[static_cast<std::size_t>(label)]},
                       {"columns", a.columns},
                       {"seed", a.seed},
                       {"guidance", a.guidance},
                       {"schedule", a.schedule},
                       {"steps", settings.steps},
                       {"mode", "reference"},
                       {"width", picture.width},
                       {"height", picture.height}});
  }
  fmt::print("{}: {} x {} px, {} columns of {}\n", a.output, picture.width, picture.height, a.columns,
             model.manifest.class_names[static_cast<std::size_t>(label)]);
}

}  // namespace

void add_generate(CLI::App& app) {
  auto a = std::make_shared<Arguments>();
  auto* command = app.add_subcommand("generate", "Make a panorama of a scene");
  command->add_option("--model", a->model, "Folder of the bundle")->capture_default_str();
  command->add_option("--scene", a->scene, "Class name or number")->required();
  command->add_option("--columns", a->columns, "Columns to make")->capture_default_str();
  command->add_option("--seed", a->seed, "Seed of the noise")->capture_default_str();
  command->add_option("--guidance", a->guidance, "Guidance scale (cfg)")->capture_default_str();
  command->add_option("--schedule", a->schedule, "Guidance schedule")
      ->check(CLI::IsMember({"linear", "constant"}))
      ->capture_default_str();
  command->add_option("--steps", a->steps, "Euler steps (default: the model's own)");
  command->add_option("--device", a->device, "cpu, cuda, cuda:N or auto")->capture_default_str();
  command->add_option("--precision", a->precision, "float32 or bfloat16")->capture_default_str();
  command->add_option("-o,--output", a->output, "The picture; its ending chooses the format")->required();
  command->add_flag("--json", a->json, "Print JSON");
  command->footer(
      "Reference mode: absolute positions, Euler steps, the whole transformer for every column, one decode.\n"
      "Example: equicanvas-cli generate --model models/demo --scene alps --columns 32 --seed 7 -o alps.png");
  command->callback([a] { run(*a); });
}

}  // namespace equi::cli
