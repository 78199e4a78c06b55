#include "app/cli/generate.h"

#include <memory>
#include <optional>

#include <fmt/format.h>

#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/grow.h"

namespace equi::cli {
namespace {

void generate_streaming(const GenerateArguments& a) {
  check_columns("columns", a.columns, 1);
  check_columns("left", a.left, 0);
  if (a.output.empty() && a.project.empty()) {
    throw Error(ErrorKind::bad_input, "generate", "there is nothing to write",
                "-o names the picture, --project the project to be kept");
  }
  const Interrupt interrupt;
  const auto engine =
      engine::Engine::load(a.model, parse_device(a.device), engine::parse_precision_choice(a.precision));
  canvas::NewPanorama panorama{a.seed, engine->find_scene(a.scene), engine->default_settings()};
  a.settings.apply(panorama.settings, std::max(a.columns, a.left));
  if (!a.output.empty()) check_picture(a.output, a.columns + a.left, *engine);
  std::optional<ScratchProject> scratch;
  if (a.project.empty()) scratch.emplace();
  const std::filesystem::path project = scratch ? scratch->path() : std::filesystem::path(a.project);
  check_room(project, a.columns + a.left, engine->token_width());
  const auto session = engine::Session::create(engine, project, panorama);
  const auto growth = grow(*session, a.left, a.columns, a.json, interrupt.token());
  // What the left needs may be more than was asked for on the right.
  const auto extent = session->extent();
  GrowthReport what{a.output, a.project, {extent.begin, std::min(extent.end, a.columns)}, a.json};
  if (!a.output.empty() && what.shown.size() > 0) {
    const auto stop = growth.stopped ? std::stop_token() : interrupt.token();
    write_picture(*session, what.shown, a.output, a.json, stop);
  }
  report(*session, growth, what);
}

}  // namespace

void add_generate(CLI::App& app) {
  auto a = std::make_shared<GenerateArguments>();
  auto* command = app.add_subcommand("generate", "Make a panorama of a scene");
  command->add_option("--model", a->model, "Folder of the bundle")->capture_default_str();
  command->add_option("--mode", a->mode, "streaming, or reference: the authors' sampler step by step")
      ->check(CLI::IsMember({"streaming", "reference"}))
      ->capture_default_str();
  command->add_option("--scene", a->scene, "Class name or number")->required();
  command->add_option("--columns", a->columns, "Columns to the right of the middle")->capture_default_str();
  command->add_option("--left", a->left, "Columns to the left of it")->capture_default_str();
  command->add_option("--seed", a->seed, "Seed of the noise")->capture_default_str();
  a->settings.add_to(*command);
  command->add_option("--device", a->device, "cpu, cuda, cuda:N or auto")->capture_default_str();
  command->add_option("--precision", a->precision, kPrecisionHelp)->capture_default_str();
  command->add_option("-o,--output", a->output, "The picture; its ending chooses the format");
  command->add_option("--project", a->project, "Keep the project in this new .equi file");
  command->add_flag("--json", a->json, "Print JSON");
  command->footer(
      "Ctrl-C stops after the column at hand; the picture and the project of what there is are kept.\n"
      "Examples:\n"
      "  equicanvas-cli generate --scene \"Alpine lake\" --columns 200 --seed 7 -o lake.png\n"
      "  equicanvas-cli generate --scene \"Alpine lake\" --columns 64 --left 64 --project lake.equi -o "
      "lake.png\n"
      "  equicanvas-cli generate --scene \"Alpine lake\" --columns 32 --mode reference -o exact.png");
  command->callback([a] { a->mode == "reference" ? generate_reference(*a) : generate_streaming(*a); });
}

}  // namespace equi::cli
