#include "app/cli/inspect.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <stdlib.h>

#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "core/base/error.h"

namespace equi::cli {
namespace {

constexpr std::int64_t kMostGenerated = 4096;  // columns

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

Source generate(const SourceOptions& options, std::shared_ptr<const engine::Engine> engine, bool silent,
                const std::stop_token& stop) {
  Source source;
  source.engine = engine;
  source.scratch = std::make_unique<ScratchFolder>();
  canvas::NewPanorama panorama{options.seed, engine->find_scene(options.scene), engine->default_settings()};
  source.session = engine::Session::create(engine, source.scratch->path() / "generated.equi", panorama);
  ProgressBar bar("columns", options.columns, silent);
  const auto made = source.session->extend(
      engine::FrameId::forward, options.columns, [&](std::int64_t n) { bar.update(n); }, stop);
  if (made < options.columns) throw Error(ErrorKind::cancelled, "", "stopped");
  source.row = inspect::row_of_session(*source.session);
  return source;
}

}  // namespace

void ModelOptions::add_to(CLI::App& command) {
  command.add_option("--model", model, "Folder of the bundle")->capture_default_str();
  command.add_option("--device", device, "cpu, cuda, cuda:N or auto")->capture_default_str();
  command.add_option("--precision", precision, kPrecisionHelp)->capture_default_str();
  command.add_flag("--json", json, "Print JSON");
}

std::shared_ptr<const engine::Engine> ModelOptions::load() const {
  return engine::Engine::load(model, parse_device(device), engine::parse_precision_choice(precision));
}

void SourceOptions::add_to(CLI::App& command) {
  command.add_option("input", input, "A project (.equi) or a picture; without it a panorama is generated");
  command.add_option("--scene", scene, "Class name or number of the generated panorama")
      ->capture_default_str();
  command.add_option("--columns", columns, "Its columns")
      ->check(CLI::Range(std::int64_t{2}, kMostGenerated))
      ->capture_default_str();
  command.add_option("--seed", seed, "Its seed")->capture_default_str();
}

ScratchFolder::ScratchFolder() {
  std::error_code failure;
  const auto parent = std::filesystem::temp_directory_path(failure);
  auto pattern = (parent / "equicanvas-inspect-XXXXXX").string();
  if (failure || mkdtemp(pattern.data()) == nullptr) {
    throw Error(ErrorKind::io, pattern, "a temporary folder cannot be made", "is TMPDIR writable?");
  }
  path_ = pattern;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string Source::scene(std::int64_t column) const {
  return session ? inspect::scene_text(*session, column) : std::string();
}

inspect::TokenStatistics Source::statistics() const {
  if (auto stored = inspect::stored_statistics(*engine)) return *std::move(stored);
  return inspect::statistics_of_row(*row);
}

Source open_source(const SourceOptions& options, std::shared_ptr<const engine::Engine> engine, bool silent,
                   const std::stop_token& stop) {
  if (options.input.empty()) return generate(options, std::move(engine), silent, stop);
  Source source;
  source.engine = engine;
  if (std::filesystem::path(options.input).extension() == ".equi") {
    source.session = engine::Session::open(engine, options.input);
    source.row = inspect::row_of_session(*source.session);
  } else {
    source.row = inspect::row_of_picture(*engine, inspect::load_picture(*engine, options.input));
  }
  return source;
}

inspect::ColumnRange parse_columns(const inspect::Row& row, const std::string& text) {
  const auto dots = text.find("..");
  const auto first = parse_integer(std::string_view(text).substr(0, dots));
  const auto last =
      dots == std::string::npos ? first : parse_integer(std::string_view(text).substr(dots + 2));
  if (!first || !last || *last < *first || *last - *first > canvas::kMaxColumns) {
    throw Error(ErrorKind::bad_input, "columns", fmt::format("'{}' names none", printable(text)),
                "a number as 12, or the first and the last as 3..9");
  }
  const inspect::ColumnRange columns{*first, *last + 1};
  inspect::require_columns(row, columns);
  return columns;
}

inspect::ColumnRange shown_around(const inspect::Row& row, inspect::ColumnRange columns, std::int64_t most) {
  const auto extent = row.extent();
  if (extent.size() <= most) return extent;
  const std::int64_t size = std::max(most, columns.size());
  const std::int64_t begin = std::clamp((columns.begin + columns.end - size) / 2, extent.begin,
                                        std::max(extent.begin, extent.end - size));
  return {begin, std::min(extent.end, begin + size)};
}

media::Image to_image(inspect::Rgb rgb) {
  return {rgb.width, rgb.height, std::move(rgb.pixels)};
}

nlohmann::json to_json(inspect::ColumnRange columns) {
  return {columns.begin, columns.end - 1};
}

void add_inspect(CLI::App& app) {
  auto* inspect = app.add_subcommand("inspect", "Look at what each token means");
  inspect->require_subcommand(1);
  inspect->footer(
      "A token is what the model knows of one column. Each command works on a project, on a picture, or on "
      "a\n"
      "panorama that it generates, and writes a picture (-o) and numbers (--json).\n"
      "Example: equicanvas-cli inspect influence photo.jpg --column 5 -o influence.png");
  add_inspect_influence(*inspect);
  add_inspect_swap(*inspect);
  add_inspect_progressive(*inspect);
  add_inspect_directions(*inspect);
  add_inspect_equivariance(*inspect);
}

}  // namespace equi::cli
