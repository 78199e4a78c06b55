#include <fstream>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/grow.h"
#include "app/cli/settings_options.h"
#include "core/media/photo.h"

namespace equi::cli {
namespace {

struct Arguments {
  std::string model = "models/demo";
  std::string input, scene, output, project;
  std::int64_t left = 0, right = 0;
  std::int64_t ramp = 8;
  std::int64_t blend = 32;
  std::uint64_t seed = 1;
  bool any_model = false;
  SettingsOptions settings;
  std::string device = "cpu";
  std::string precision = "auto";
  bool json = false;
};

bool is_project(const std::string& path) {
  if (std::filesystem::path(path).extension() == ".equi") return true;
  std::string magic(15, '\0');
  std::ifstream(path, std::ios::binary).read(magic.data(), static_cast<std::streamsize>(magic.size()));
  return magic == "SQLite format 3";
}

std::unique_ptr<engine::Session> open_project(const Arguments& a,
                                              const std::shared_ptr<const engine::Engine>& engine) {
  if (a.settings.any() || !a.project.empty()) {
    throw Error(ErrorKind::bad_input, a.input, "a project is extended in place and with its own settings",
                "--scene changes the scene from its ends on");
  }
  auto session = engine::Session::open(engine, a.input, a.any_model);
  if (!a.output.empty()) check_picture(a.output, session->extent().size() + a.left + a.right, *engine);
  check_room(a.input, a.left + a.right, engine->token_width());
  if (!a.scene.empty()) {
    const std::int64_t scene = engine->find_scene(a.scene);
    const auto extent = session->extent();
    if (a.right > 0) session->execute(canvas::ChangeScene{{extent.end, scene, a.ramp}});
    if (a.left > 0)
      session->execute(canvas::ChangeScene{{std::min<std::int64_t>(extent.begin, 0) - 1, scene, a.ramp}});
  }
  return session;
}

std::unique_ptr<engine::Session> import_photo(const Arguments& a,
                                              const std::shared_ptr<const engine::Engine>& engine,
                                              const std::filesystem::path& project) {
  if (a.scene.empty())
    throw Error(ErrorKind::bad_input, "scene", "a photo needs one to be continued with", "--scene NAME");
  canvas::NewPanorama panorama{a.seed, engine->find_scene(a.scene), engine->default_settings()};
  const auto photo = media::read_photo(a.input, engine->picture_height(), engine->column_pixels());
  a.settings.apply(panorama.settings, canvas::kContextColumns + std::max(a.left, a.right));
  warn_if_cut_short(a.input);
  if (!a.output.empty())
    check_picture(a.output, photo.width / engine->column_pixels() + a.left + a.right, *engine);
  check_room(project, a.left + a.right, engine->token_width());
  auto session = engine::Session::create(engine, project, panorama);
  session->import_photo(photo.width, photo.height, photo.pixels, panorama, a.blend);
  return session;
}

void run(const Arguments& a) {
  check_columns("left", a.left, 0);
  check_columns("right", a.right, 0);
  if (a.left + a.right == 0)
    throw Error(ErrorKind::bad_input, "extend", "by nothing",
                "--left N and --right N say by how many columns");
  if (a.blend < 0) throw Error(ErrorKind::bad_input, "blend", "a band has 0 pixels or more");
  const bool project = is_project(a.input);
  if (!project && a.output.empty() && a.project.empty()) {
    throw Error(ErrorKind::bad_input, "extend", "there is nothing to write",
                "-o names the picture, --project the project to be kept");
  }
  const Interrupt interrupt;
  const auto engine =
      engine::Engine::load(a.model, parse_device(a.device), engine::parse_precision_choice(a.precision));
  std::optional<ScratchProject> scratch;
  if (!project && a.project.empty()) scratch.emplace();
  const auto session =
      project ? open_project(a, engine)
              : import_photo(a, engine, scratch ? scratch->path() : std::filesystem::path(a.project));
  const auto growth = grow(*session, a.left, a.right, a.json, interrupt.token());
  const std::filesystem::path kept = project ? a.input : a.project;
  const GrowthReport what{a.output, kept, session->extent(), a.json};
  if (!a.output.empty() && what.shown.size() > 0) {
    const auto stop = growth.stopped ? std::stop_token() : interrupt.token();
    write_picture(*session, what.shown, a.output, a.json, stop);
  }
  report(*session, growth, what);
}

}  // namespace

void add_extend(CLI::App& app) {
  auto a = std::make_shared<Arguments>();
  auto* command = app.add_subcommand("extend", "Continue a photo or a project to the left and to the right");
  command->add_option("input", a->input, "A photo, or a project (.equi), which grows in place")->required();
  command->add_option("--left", a->left, "Columns to make on the left")->capture_default_str();
  command->add_option("--right", a->right, "Columns to make on the right")->capture_default_str();
  command->add_option("--model", a->model, "Folder of the bundle")->capture_default_str();
  command->add_option("--scene", a->scene, "Class name or number; of a project: from its ends on");
  command->add_option("--ramp", a->ramp, "Columns over which a project's scene changes")
      ->check(CLI::Range(0, 1'000'000))
      ->capture_default_str();
  command->add_option("--blend", a->blend, "Pixels of a photo's edges that cross over; 0 keeps every pixel")
      ->capture_default_str();
  command->add_option("--seed", a->seed, "Seed of the noise; a project has its own")->capture_default_str();
  a->settings.add_to(*command);
  command->add_flag("--any-model", a->any_model, "Open a project that was made with another model");
  command->add_option("--device", a->device, "cpu, cuda, cuda:N or auto")->capture_default_str();
  command->add_option("--precision", a->precision, kPrecisionHelp)->capture_default_str();
  command->add_option("-o,--output", a->output, "The picture; its ending chooses the format");
  command->add_option("--project", a->project, "Keep a photo's project in this new .equi file");
  command->add_flag("--json", a->json, "Print JSON");
  command->footer(
      "Ctrl-C stops after the column at hand; the picture and the project of what there is are kept.\n"
      "Examples:\n"
      "  equicanvas-cli extend photo.jpg --left 64 --right 64 --scene \"Pine forest\" -o wide.png\n"
      "  equicanvas-cli extend project.equi --right 500\n"
      "  equicanvas-cli extend project.equi --right 500 --scene dunes --ramp 16 -o long.png");
  command->callback([a] { run(*a); });
}

}  // namespace equi::cli
