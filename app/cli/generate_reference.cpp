// generate --mode reference: the authors' sampler, step by step.
#include <ATen/CPUGeneratorImpl.h>
#include <fmt/format.h>

#include "app/cli/console.h"
#include "app/cli/generate.h"
#include "app/cli/images.h"
#include "core/base/error.h"
#include "core/engine/engine.h"
#include "core/media/image.h"
#include "core/model/weights.h"
#include "core/sampling/reference_sampler.h"

namespace equi::cli {
namespace {

constexpr std::int64_t kMaxReferenceColumns = 512;

void check(const GenerateArguments& a) {
  if (a.columns < 2 || a.columns > kMaxReferenceColumns) {
    throw Error(ErrorKind::bad_input, "columns",
                fmt::format("{} is not between 2 and {}", a.columns, kMaxReferenceColumns));
  }
  if (a.left != 0 || !a.project.empty() || a.output.empty()) {
    throw Error(ErrorKind::bad_input, "reference mode",
                "it makes one picture to the right: -o without --left or --project");
  }
  const auto& s = a.settings;
  if (!s.solver.empty() || !s.grid.empty() || !s.positions.empty() || s.ramp) {
    throw Error(ErrorKind::bad_input, "reference mode", "its solver is Euler on a uniform grid",
                "--guidance, --schedule and --steps can be chosen");
  }
  if (!s.schedule.empty() && s.schedule != "linear" && s.schedule != "constant")
    throw Error(ErrorKind::bad_input, "schedule", "reference mode knows linear and constant");
  if (s.guidance) sampling::validate(sampling::Guidance{.scale = *s.guidance});
}

torch::Tensor draw_noise(std::int64_t columns, std::int64_t width, std::uint64_t seed) {
  auto generator = torch::make_generator<at::CPUGeneratorImpl>(seed);
  return torch::randn({columns, 1, width}, generator, torch::kFloat32);
}

}  // namespace

void generate_reference(const GenerateArguments& a) {
  check(a);
  const Interrupt interrupt;
  media::check_writable(a.output);
  const auto engine =
      engine::Engine::load(a.model, parse_device(a.device),
                           parse_tensor_precision(a.precision == "auto" ? "float32" : a.precision));
  const auto& model = engine->model();
  const auto label = engine->find_scene(a.scene);
  const torch::InferenceMode inference;
  const sampling::ReferenceSettings settings{
      a.columns, a.settings.guidance.value_or(engine->default_settings().guidance.scale),
      a.settings.schedule != "constant",
      a.settings.evaluations > 0 ? a.settings.evaluations : model.manifest.generator.sampling_steps};
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
                       {"guidance", settings.guidance},
                       {"schedule", settings.linear_schedule ? "linear" : "constant"},
                       {"steps", settings.steps},
                       {"mode", "reference"},
                       {"width", picture.width},
                       {"height", picture.height}});
  }
  fmt::print("{}: {} x {} px, {} columns of {}\n", a.output, picture.width, picture.height, a.columns,
             model.manifest.class_names[static_cast<std::size_t>(label)]);
}

}  // namespace equi::cli
