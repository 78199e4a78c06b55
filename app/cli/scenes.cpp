#include "core/scenes/scenes.h"

#include <memory>

#include <fmt/format.h>

#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/images.h"
#include "core/base/error.h"
#include "core/checkpoint/class_names.h"

namespace equi::cli {
namespace {

constexpr std::int64_t kColumnPixels = 16;
constexpr std::int64_t kMaxPixels = std::int64_t{1} << 26;  // of a sheet, about 1 GB while it is made
constexpr std::int64_t kGap = 4;                            // px of white between two rows of the sheet

struct Arguments {
  std::string output, scene;
  std::int64_t height = 128, columns = 64, first_column = 0, rows = 1;
  std::uint64_t seed = 1;
  bool json = false;
};

// The labels that were asked for: all, or the one of this name.
std::vector<std::int64_t> labels(const std::string& name) {
  const auto& list = scenes::scene_list();
  std::vector<std::string> titles;
  std::string known;
  std::vector<std::int64_t> chosen;
  for (std::size_t i = 0; i < list.size(); ++i) {
    titles.push_back(list[i].title);
    known += (i ? ", " : "") + list[i].name;
    if (name.empty() || list[i].name == name) chosen.push_back(std::int64_t(i));
  }
  if (!chosen.empty()) return chosen;
  try {
    return {class_number("scene", name, titles)};
  } catch (const Error&) {
    throw Error(ErrorKind::bad_input, name, "there is no scene of this name", "one of: " + known);
  }
}

void print_list(bool json) {
  auto names = nlohmann::json::array();
  std::int64_t label = 0;
  for (const auto& scene : scenes::scene_list()) {
    names.push_back({{"label", label++}, {"name", scene.name}, {"title", scene.title}});
  }
  if (json) return print_json({{"scenes", names}});
  for (const auto& scene : names) {
    fmt::print("{:>3}  {:<16} {}\n", scene["label"].get<int>(), scene["name"].get<std::string>(),
               scene["title"].get<std::string>());
  }
}

void run(const Arguments& a) {
  const auto chosen = labels(a.scene);
  if (a.output.empty()) return print_list(a.json);
  const auto total = std::int64_t(chosen.size()) * a.rows;
  media::check_writable(a.output, a.columns * kColumnPixels, total * (a.height + kGap) - kGap);
  if (a.height > 0 && total * a.height > kMaxPixels / (a.columns * kColumnPixels)) {
    throw Error(ErrorKind::bad_input, a.output, fmt::format("a sheet of {} such views is too large", total),
                "choose fewer columns or rows, a smaller height or one --scene");
  }
  ProgressBar progress("scenes", total, a.json);
  const auto start = std::chrono::steady_clock::now();
  std::vector<torch::Tensor> strips;
  for (const auto label : chosen) {
    for (std::int64_t row = 0; row < a.rows; ++row) {
      if (!strips.empty()) strips.push_back(torch::ones({3, kGap, a.columns * kColumnPixels}));
      strips.push_back(scenes::render_scene(label, a.seed + std::uint64_t(row), a.height,
                                            a.first_column * kColumnPixels, a.columns * kColumnPixels));
      progress.update(std::int64_t(strips.size() + 1) / 2);
    }
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const auto sheet = to_image(torch::cat(strips, 1).unsqueeze(0));
  media::write_image(a.output, sheet);
  if (a.json) {
    return print_json({{"output", a.output},
                       {"width", sheet.width},
                       {"height", sheet.height},
                       {"views", total},
                       {"ms_per_view", 1e3 * seconds / double(total)}});
  }
  fmt::print("{}: {} x {} px, {} views, {:.0f} ms each\n", a.output, sheet.width, sheet.height, total,
             1e3 * seconds / double(total));
}

}  // namespace

void add_scenes(CLI::App& app) {
  auto a = std::make_shared<Arguments>();
  auto* command = app.add_subcommand("scenes", "List the built-in scenes, or render a sheet of them");
  command->add_option("-o,--output", a->output,
                      "The picture; its ending chooses the format. Without it: the list");
  command->add_option("--scene", a->scene, "Only this one, by name");
  command->add_option("--height", a->height, "Height of a view in px")
      ->capture_default_str()
      ->check(CLI::Range(16, 2048));
  command->add_option("--columns", a->columns, "Width of a view in columns of 16 px")
      ->capture_default_str()
      ->check(CLI::Range(1, 4096));
  command->add_option("--first-column", a->first_column, "Where in the world the view begins")
      ->capture_default_str()
      ->check(CLI::Range(-50'000'000, 50'000'000));
  command->add_option("--seed", a->seed, "The world; each further row takes the next seed")
      ->capture_default_str();
  command->add_option("--rows", a->rows, "Worlds per scene")
      ->capture_default_str()
      ->check(CLI::Range(1, 100));
  command->add_flag("--json", a->json, "Print JSON");
  command->footer("Example: equicanvas-cli scenes --columns 64 --rows 3 -o scenes.png");
  command->callback([a] { run(*a); });
}

}  // namespace equi::cli
