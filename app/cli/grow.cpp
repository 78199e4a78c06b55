#include "app/cli/grow.h"

#include <fmt/format.h>
#include <stdlib.h>

#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "core/batch/canvas_source.h"
#include "core/batch/picture_record.h"
#include "core/inspect/sources.h"
#include "core/jobs/progress.h"
#include "core/media/export.h"
#include "core/media/image.h"
#include "core/media/metadata.h"

namespace equi::cli {
namespace {

constexpr std::int64_t kMostColumns = 1'000'000'000;
constexpr int kQuality = 95;  // of JPEG and WebP

engine::ColumnRange own_range(const canvas::State& state) {
  return {state.left_end(), state.right_end()};
}

media::ExportOptions picture_options(const std::filesystem::path& path) {
  media::ExportOptions options;
  options.format = media::parse_format(path.extension().string());
  options.quality = kQuality;
  return options;
}

}  // namespace

void check_columns(const char* what, std::int64_t count, std::int64_t least) {
  if (count >= least && count <= kMostColumns) return;
  throw Error(ErrorKind::bad_input, what,
              fmt::format("{} is not between {} and {}", count, least, kMostColumns));
}

void check_room(const std::filesystem::path& project, std::int64_t columns, int token_width) {
  const auto folder = project.has_parent_path() ? project.parent_path() : std::filesystem::path(".");
  std::error_code failure;
  const auto space = std::filesystem::space(folder, failure);
  const auto needed =
      static_cast<std::uintmax_t>(columns) * static_cast<std::uintmax_t>(token_width) * sizeof(float);
  if (failure || needed <= space.available) return;
  throw Error(ErrorKind::bad_input, folder.string(),
              fmt::format("{} columns need {:.1f} GB, {:.1f} are free", columns,
                          static_cast<double>(needed) / 1e9, static_cast<double>(space.available) / 1e9));
}

Growth grow(engine::Session& session, std::int64_t left, std::int64_t right, bool silent,
            const std::stop_token& stop) {
  Growth growth;
  const double begin = jobs::steady_seconds();
  ProgressBar bar("columns", left + right, silent);
  const auto extend = [&](canvas::FrameId frame, std::int64_t count, std::int64_t& made,
                          std::int64_t before) {
    if (count == 0 || !growth.whole()) return;
    const auto progress = [&](std::int64_t done) {
      made = done;
      bar.update(before + done);
    };
    try {
      session.extend(frame, count, progress, stop);
      growth.stopped = made < count;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::numeric) throw;
      growth.error = error;
    }
  };
  extend(canvas::FrameId::forward, right, growth.right, 0);
  extend(canvas::FrameId::mirrored, left, growth.left, right);
  growth.seconds = jobs::steady_seconds() - begin;
  return growth;
}

void check_picture(const std::filesystem::path& path, std::int64_t columns, const engine::Engine& engine) {
  const std::int64_t width = columns * engine.column_pixels();
  media::check_writable(path, width, engine.picture_height());
  const auto options = picture_options(path);
  media::validate(options, width, engine.picture_height());
  media::check_target(path, options);
}

void write_picture(engine::Session& session, engine::ColumnRange columns, const std::filesystem::path& path,
                   bool silent, const std::stop_token& stop) {
  const auto record = batch::to_json(batch::make_record(session, columns, false),
                                     media::record_limit(picture_options(path).format));
  std::optional<ProgressBar> bar;
  const auto progress = [&](std::int64_t done, std::int64_t total) {
    if (!bar) bar.emplace("picture", total, silent);
    bar->update(done);
  };
  media::export_picture(batch::canvas_source(session, columns, stop), path, picture_options(path), record,
                        {progress, stop});
}

void report(engine::Session& session, const Growth& growth, const GrowthReport& what) {
  const auto& state = session.state();
  const auto& engine = session.engine();
  const auto extent = own_range(state);
  const std::int64_t made = growth.left + growth.right;
  const std::int64_t width = what.shown.size() * engine.column_pixels();
  const auto scene = inspect::scene_name(engine, state.scene);
  if (what.json) {
    nlohmann::json facts = {
        {"mode", "streaming"},
        {"scene", scene},
        {"seed", state.seed},
        {"guidance", state.settings.guidance.scale},
        {"schedule", sampling::name(state.settings.guidance.schedule)},
        {"solver", sampling::name(state.settings.solver.method)},
        {"grid", sampling::name(state.settings.solver.grid)},
        {"evaluations", state.settings.solver.evaluations},
        {"columns", extent.size()},
        {"first_column", extent.begin},
        {"made_left", growth.left},
        {"made_right", growth.right},
        {"stopped", growth.stopped},
        {"seconds", growth.seconds},
        {"columns_per_second", growth.seconds > 0 ? static_cast<double>(made) / growth.seconds : 0}};
    if (growth.error) facts["error"] = growth.error->what();
    if (!what.project.empty()) facts["project"] = what.project.string();
    if (!what.output.empty() && width > 0) {
      facts["output"] = what.output.string();
      facts["width"] = width;
      facts["height"] = engine.picture_height();
    }
    print_json(facts);
  } else {
    if (growth.stopped) fmt::print("stopped: {} columns were made and are kept\n", made);
    if (!what.output.empty() && width > 0) {
      fmt::print("{}: {} x {} px, {} columns of {}\n", what.output.string(), width, engine.picture_height(),
                 what.shown.size(), scene);
    }
    if (!what.project.empty())
      fmt::print("{}: columns {} to {}\n", what.project.string(), extent.begin, extent.end - 1);
  }
  if (growth.stopped) set_exit_code(exit_code(ErrorKind::cancelled));
  if (growth.error) throw Error(*growth.error);
}

ScratchProject::ScratchProject() {
  std::error_code failure;
  const auto parent = std::filesystem::temp_directory_path(failure);
  std::string pattern = (parent / "equicanvas-XXXXXX").string();
  if (failure || mkdtemp(pattern.data()) == nullptr)
    throw Error(ErrorKind::io, pattern, "no temporary folder can be made",
                "set TMPDIR to a folder with room");
  folder_ = pattern;
}

ScratchProject::~ScratchProject() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace equi::cli
