#include "core/media/export.h"

#include <charconv>
#include <memory>

#include <fmt/format.h>

#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/grow.h"
#include "core/base/error.h"
#include "core/batch/canvas_source.h"
#include "core/batch/picture_record.h"
#include "core/batch/seamless.h"
#include "core/media/disk_space.h"
#include "core/media/metadata.h"

namespace equi::cli {
namespace {

constexpr std::int64_t kNotGiven = INT64_MIN;

struct Arguments {
  std::string project, output, model = "models/demo", device = "cpu", precision = "auto";
  bool any_model = false, split = false, seamless = false, estimate = false, json = false;
  std::int64_t from = kNotGiven, to = kNotGiven, part_columns = 0, bridge = 16, candidates = 4;
  std::string compression = "deflate", loop = "none", video_size = "1280x720", read, restore;
  media::ExportOptions options;
};

using Loop = media::ScrollOptions::Loop;
const std::map<std::string, Loop> kLoops = {
    {"none", Loop::none}, {"ring", Loop::ring}, {"back", Loop::there_and_back}};

void parse_size(const std::string& text, media::ScrollOptions& scroll) {
  const char* end = text.data() + text.size();
  const auto width = std::from_chars(text.data(), end, scroll.width);
  const bool cross = width.ec == std::errc() && width.ptr != end && *width.ptr == 'x';
  const auto height = cross ? std::from_chars(width.ptr + 1, end, scroll.height) : width;
  if (!cross || height.ec != std::errc() || height.ptr != end) {
    throw Error(ErrorKind::bad_input, "video-size", fmt::format("'{}' is no size", printable(text)),
                "1280x720, for example");
  }
}

media::ExportOptions options_of(const Arguments& a, int column_pixels) {
  media::ExportOptions options = a.options;
  options.format = media::parse_format(std::filesystem::path(a.output).extension().string());
  options.compression = media::parse_compression(a.compression);
  options.scroll.loop = kLoops.at(a.loop);
  parse_size(a.video_size, options.scroll);
  if (a.split) options.part_width = media::largest_part(options.format, column_pixels);
  if (a.part_columns > 0) options.part_width = a.part_columns * column_pixels;
  return options;
}

std::shared_ptr<const engine::Engine> load_engine(const Arguments& a) {
  return engine::Engine::load(a.model, parse_device(a.device), engine::parse_precision_choice(a.precision));
}

// The scene that is seen most at a document column.
std::int64_t scene_at(const canvas::State& state, std::int64_t column) {
  const auto scene = state.scene_at(column);
  return scene.blend < 0.5 ? scene.from : scene.to;
}

batch::LoopBridge close_ring(const Arguments& a, engine::Session& session, const media::StripSource& source,
                             engine::ColumnRange columns, const std::stop_token& stop) {
  const auto& state = session.state();
  batch::SeamlessOptions options;
  options.columns = a.bridge;
  options.candidates = a.candidates;
  options.seed = state.seed;
  options.first_scene = scene_at(state, columns.begin);
  options.last_scene = scene_at(state, columns.end - 1);
  options.settings = state.settings_at(columns.end - 1);
  return batch::make_loop_bridge(session.engine(), source, options, stop);
}

// From a sample of the left end.
media::SizeEstimate estimate_of(const media::ExportOptions& options, const media::StripSource& source,
                                std::int64_t width) {
  const std::int64_t shown = std::min<std::int64_t>(source.width, 512);
  const double density = media::measure_bytes_per_pixel(media::cut(source, 0, shown), options);
  return media::estimate_size(options, width, source.height, density);
}

std::string space_warning_of(const Arguments& a, const media::SizeEstimate& e) {
  return media::space_warning(e.bytes + e.temporary_bytes, media::free_space(a.output));
}

void print_estimate(const Arguments& a, const media::ExportOptions& options,
                    const media::StripSource& source) {
  const auto limit = media::limit_message(options.format, source.width, source.height);
  const auto e = estimate_of(options, source, source.width);
  const auto warning = space_warning_of(a, e);
  if (a.json) {
    return print_json({{"format", media::name(options.format)},
                       {"width", source.width},
                       {"height", source.height},
                       {"files", e.files},
                       {"bytes", e.bytes},
                       {"temporary_bytes", e.temporary_bytes},
                       {"seconds", e.seconds},
                       {"limit", limit},
                       {"space", warning}});
  }
  fmt::print("{} x {} px as {}: about {:.1f} MiB in {} file{}", source.width, source.height,
             media::name(options.format), static_cast<double>(e.bytes) / (1 << 20), e.files,
             e.files == 1 ? "" : "s");
  if (e.temporary_bytes > 0) {
    fmt::print(", {:.1f} MiB more while writing", static_cast<double>(e.temporary_bytes) / (1 << 20));
  }
  if (e.seconds > 0) fmt::print(", {:.1f} s long", e.seconds);
  fmt::print("\n");
  if (!limit.empty()) fmt::print("{}; --split makes numbered files\n", limit);
  if (!warning.empty()) fmt::print("{}\n", warning);
}

void export_project(const Arguments& a) {
  const Interrupt interrupt;
  if (a.output.empty()) throw Error(ErrorKind::bad_input, "output", "is missing", "-o picture.png");
  media::parse_format(std::filesystem::path(a.output).extension().string());
  const auto session = engine::Session::open(load_engine(a), a.project, a.any_model);
  const auto options = options_of(a, session->engine().column_pixels());
  auto columns = batch::whole_canvas(*session);
  if (a.from != kNotGiven) columns.begin = a.from;
  if (a.to != kNotGiven) columns.end = a.to;
  auto source = batch::canvas_source(*session, columns, interrupt.token());
  if (a.estimate) return print_estimate(a, options, source);
  const std::int64_t added = a.seamless ? a.bridge * session->engine().column_pixels() : 0;
  media::validate(options, source.width + added, source.height);
  media::check_target(a.output, options);
  try {
    warn(a.output, space_warning_of(a, estimate_of(options, source, source.width + added)));
  } catch (const std::exception& e) {  // no room for the sample, no temporary folder: no reason not to export
    warn(a.output, fmt::format("whether there is room for it was not checked: {}", e.what()));
  }
  std::shared_ptr<const batch::LoopBridge> bridge;
  if (a.seamless) {
    bridge = std::make_shared<batch::LoopBridge>(close_ring(a, *session, source, columns, interrupt.token()));
    source = batch::closed(source, bridge);
  }
  const auto record =
      batch::to_json(batch::make_record(*session, columns, a.seamless), media::record_limit(options.format));
  media::ExportResult result;
  {
    std::unique_ptr<ProgressBar> bar;
    const auto progress = [&](std::int64_t done, std::int64_t total) {
      if (!bar) bar = std::make_unique<ProgressBar>("export", total, a.json);
      bar->update(done);
    };
    result = media::export_picture(source, a.output, options, record, {progress, interrupt.token()});
  }
  if (a.json) {
    nlohmann::json files = nlohmann::json::array();
    for (const auto& file : result.files) files.push_back(file.string());
    nlohmann::json out = {{"files", files},
                          {"bytes", result.bytes},
                          {"format", media::name(options.format)},
                          {"columns", {columns.begin, columns.end}},
                          {"width", source.width},
                          {"height", source.height}};
    if (bridge) {
      out["seam_ratio_at_bridge"] = bridge->seam_at_bridge;
      out["seam_ratio_at_wrap"] = bridge->seam_at_wrap;
      out["decoded_seam_ratio_at_bridge"] = bridge->decoded_at_bridge;  // before levelling
      out["decoded_seam_ratio_at_wrap"] = bridge->decoded_at_wrap;
    }
    return print_json(out);
  }
  for (const auto& file : result.files) fmt::print("{}\n", file.string());
  fmt::print("{} x {} px, {:.1f} MiB\n", source.width, source.height,
             static_cast<double>(result.bytes) / (1 << 20));
  if (bridge)
    fmt::print("seams against inside: {:.2f} and {:.2f}\n", bridge->seam_at_bridge, bridge->seam_at_wrap);
}

void print_record(const Arguments& a) {
  const auto record = batch::read_picture_record(a.read);
  if (a.json) return print_json(nlohmann::json::parse(media::read_record(a.read)));
  const auto& s = record.settings;
  fmt::print("made by      EquiCanvas {}\nmodel        {}\nscene        {}\nseed         {}\n",
             printable(record.version), printable(record.model.name), printable(record.scene_name), s.seed);
  fmt::print("columns      {} to {}{}\nguidance     {} ({})\nsolver       {}, {} evaluations\n",
             record.columns.begin, record.columns.end, record.seamless ? ", closed to a ring" : "",
             s.settings.guidance.scale, sampling::name(s.settings.guidance.schedule),
             sampling::name(s.settings.solver.method), s.settings.solver.evaluations);
  if (record.has_photo) fmt::print("continues a photo, which is not in the picture's record\n");
  if (record.has_edits) fmt::print("tokens were replaced, which are not in the picture's record\n");
  if (record.shortened) fmt::print("its changes along the panorama had no room in the picture's record\n");
  if (record.other_model) fmt::print("its tokens are those of another model\n");
}

void restore(const Arguments& a) {
  const Interrupt interrupt;
  if (a.output.empty()) throw Error(ErrorKind::bad_input, "output", "is missing", "-o new.equi");
  const auto record = batch::read_picture_record(a.restore);
  if (record.has_edits) warn(a.restore, "tokens were replaced in it, which are not in its record");
  if (record.seamless) warn(a.restore, "the columns that close it to a ring are made by export --seamless");
  const auto engine = load_engine(a);
  check_room(a.output, record.columns.size(), engine->token_width());
  std::unique_ptr<engine::Session> session;
  {
    ProgressBar bar("columns", record.columns.size(), a.json);
    session = batch::restore_canvas(
        engine, record, a.output, [&](std::int64_t made) { bar.update(made); }, interrupt.token());
  }
  const auto extent = session->extent();
  if (a.json) return print_json({{"project", a.output}, {"columns", {extent.begin, extent.end}}});
  fmt::print("{}: columns {} to {}\n", a.output, extent.begin, extent.end);
}

void run(const Arguments& a) {
  if (!a.read.empty()) return print_record(a);
  if (!a.restore.empty()) return restore(a);
  if (a.project.empty())
    throw Error(ErrorKind::bad_input, "project", "is missing", "equicanvas-cli export --help");
  export_project(a);
}

void add_picture_options(CLI::App& command, Arguments& a) {
  auto& o = a.options;
  command.add_option("--from", a.from, "First column (default: the left end)");
  command.add_option("--to", a.to, "Column after the last one (default: the right end)");
  command.add_option("--quality", o.quality, "JPEG, WebP, deep zoom: 1 to 100")->capture_default_str();
  command.add_flag("--lossless", o.lossless, "WebP without loss");
  command.add_option("--effort", o.effort, "PNG, TIFF: 1 (fast) to 9 (small)")->capture_default_str();
  command.add_option("--compression", a.compression, "TIFF: none, lzw or deflate")->capture_default_str();
  command.add_flag("--big-tiff", o.big_tiff, "BigTIFF also where a classic TIFF does");
  command.add_flag("--png-tiles", o.png_tiles, "Deep zoom: PNG tiles instead of JPEG");
  command.add_flag("--split", a.split, "Numbered files as wide as the format allows");
  command.add_option("--part-columns", a.part_columns, "Numbered files of so many columns")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 30));
  command.add_flag("--seamless", a.seamless,
                   "Add a bridge that leads back to the left end: the picture tiles");
  command.add_option("--bridge", a.bridge, "Columns of the bridge")->capture_default_str();
  command.add_option("--candidates", a.candidates, "Bridges to choose from")->capture_default_str();
}

void add_video_options(CLI::App& command, Arguments& a) {
  auto& s = a.options.scroll;
  command.add_option("--video-size", a.video_size, "Pixels of the video")->capture_default_str();
  command.add_option("--fps", s.frames_per_second, "Frames per second")->capture_default_str();
  command.add_option("--speed", s.speed, "Pixels of the video per second")->capture_default_str();
  command.add_flag("--leftwards", s.leftwards, "The view moves from right to left");
  command.add_option("--ease", s.ease_seconds, "Seconds of speeding up and slowing down")
      ->capture_default_str();
  command.add_option("--loop", a.loop, "none; ring: on over the end; back: there and back")
      ->check(CLI::IsMember(kLoops))
      ->capture_default_str();
}

}  // namespace

void add_export(CLI::App& app) {
  auto a = std::make_shared<Arguments>();
  auto* command = app.add_subcommand("export", "Write a project's panorama as a picture, tiles or a video");
  command->add_option("project", a->project, "The project (.equi)");
  command->add_option("-o,--output", a->output,
                      "The file; its ending chooses: .png .jpg .webp .tif .dzi .mp4 .webm");
  command->add_option("--model", a->model, "Folder of the bundle")->capture_default_str();
  command->add_flag("--any-model", a->any_model, "Also a project of another model");
  command->add_option("--device", a->device, "cpu, cuda, cuda:N or auto")->capture_default_str();
  command->add_option("--precision", a->precision, kPrecisionHelp)->capture_default_str();
  add_picture_options(*command, *a);
  add_video_options(*command, *a);
  command->add_flag("--estimate", a->estimate,
                    "Say how large it would be and what limits there are, then stop");
  command->add_option("--read", a->read, "Show the settings inside a picture");
  command->add_option("--restore", a->restore,
                      "Make a project (-o new.equi) from the settings inside a picture");
  command->add_flag("--json", a->json, "Print JSON");
  command->footer(
      "Examples: equicanvas-cli export sea.equi -o sea.tif\n"
      "          equicanvas-cli export sea.equi -o sea.jpg --from 0 --to 8000 --split\n"
      "          equicanvas-cli export sea.equi -o sea.mp4 --seamless --loop ring --video-size 1920x1080\n"
      "          equicanvas-cli export --read sea.png\n"
      "          equicanvas-cli export --restore sea.png -o again.equi");
  command->callback([a] { run(*a); });
}

}  // namespace equi::cli
