#include <algorithm>
#include <memory>
#include <random>

#include <fmt/format.h>

#include "app/cli/bench.h"
#include "app/cli/console.h"
#include "app/cli/grow.h"
#include "core/base/error.h"
#include "core/engine/tile_builder.h"

// bench canvas: does a very long canvas open at once, show any place at the cost of that place, and fit in
// memory?
namespace equi::cli {
namespace {

constexpr std::int64_t kShort = 1000;   // columns of the canvas that a long one is compared with
constexpr std::int64_t kSeed = 64;      // columns that are really generated; the others repeat their tokens
constexpr std::int64_t kScreen = 1920;  // pixels of a visible span

struct Arguments {
  std::string model = "models/demo";
  std::int64_t columns = 1'000'000;
  int repeats = 5;
  BenchOptions bench;
};

// Tokens of a generated panorama, over and over, each time a little different: no window is like another, so
// decoding costs what it always costs.
void fill(engine::Session& session, std::int64_t columns, bool silent) {
  session.extend(canvas::FrameId::forward, kSeed);
  const auto tokens = session.tokens({0, kSeed});
  const auto width = static_cast<std::size_t>(session.engine().token_width());
  ProgressBar bar("columns", columns, silent);
  std::vector<float> token(width);
  for (std::int64_t c = kSeed; c < columns; ++c) {
    const auto from = tokens.begin() + static_cast<std::ptrdiff_t>(c % kSeed) * std::ptrdiff_t(width);
    std::copy_n(from, width, token.begin());
    const std::int64_t turn = c / kSeed;
    token[0] += 1e-4F * static_cast<float>(turn);
    session.document().append(canvas::FrameId::forward, token);
    bar.update(c + 1);
  }
  session.document().flush();
}

struct Spans {
  double start_ms = 0, middle_ms = 0, end_ms = 0;
};

// The median over places a little apart, so that no window is in the decoder's cache already.
Spans measure_spans(engine::Session& session, std::int64_t span, int repeats) {
  const std::int64_t columns = session.extent().end, step = 2 * session.layout().window + span;
  const auto time_at = [&](std::int64_t first, std::int64_t direction) {
    std::vector<double> times;
    for (int i = 0; i < repeats; ++i) {
      const std::int64_t at = std::clamp<std::int64_t>(first + direction * i * step, 0, columns - span);
      const Stopwatch watch;
      session.pixels({at, at + span});
      times.push_back(watch.seconds() * 1e3);
    }
    return median(times);
  };
  session.pixels({columns / 4, columns / 4 + span});  // warm
  return {time_at(0, 1), time_at(columns / 2, 1), time_at(columns - span, -1)};
}

double measure_overview(engine::Session& session) {
  engine::TileCache cache;
  engine::TileBuilder builder(session, cache, 1);
  int level = 0;
  while (engine::tile_columns({level, 0}).end < session.extent().end) ++level;
  const Stopwatch watch;
  builder.build({level, 0}, {});
  return watch.seconds() * 1e3;
}

void run(const Arguments& a) {
  check_columns("columns", a.columns, 10 * kShort);
  a.bench.apply_threads();
  const auto engine = engine::Engine::load(a.model, parse_device(a.bench.device),
                                           engine::parse_precision_choice(a.bench.precision));
  const ScratchProject scratch, short_scratch;
  check_room(scratch.path(), a.columns, engine->token_width());
  const canvas::NewPanorama panorama{1, 0, engine->default_settings()};
  fill(*engine::Session::create(engine, scratch.path(), panorama), a.columns, a.bench.json);
  fill(*engine::Session::create(engine, short_scratch.path(), panorama), kShort, true);
  const std::int64_t span = std::max<std::int64_t>(1, kScreen / engine->column_pixels());

  const double before_mb = resident_mib();
  const Stopwatch open_watch;
  const auto session = engine::Session::open(engine, scratch.path());
  const double open_s = open_watch.seconds();
  const auto spans = measure_spans(*session, span, a.repeats);
  const double overview_ms = measure_overview(*session);
  const Stopwatch extend_watch;
  session->extend(canvas::FrameId::forward, 1);
  const double extend_ms = extend_watch.seconds() * 1e3;
  const double resident_mb = resident_mib();
  const auto short_spans =
      measure_spans(*engine::Session::open(engine, short_scratch.path()), span, a.repeats);
  const auto file_mb = static_cast<double>(std::filesystem::file_size(scratch.path())) / 1e6;

  if (a.bench.json) {
    const auto list = [](const Spans& s) {
      return nlohmann::json{{"start", s.start_ms}, {"middle", s.middle_ms}, {"end", s.end_ms}};
    };
    return print_json({{"model", a.model},
                       {"device", engine->device().name()},
                       {"threads", torch::get_num_threads()},
                       {"columns", a.columns},
                       {"file_mb", file_mb},
                       {"open_s", open_s},
                       {"span_columns", span},
                       {"span_ms", list(spans)},
                       {"span_ms_short_canvas", list(short_spans)},
                       {"span_middle_over_short_canvas", spans.middle_ms / short_spans.middle_ms},
                       {"overview_ms", overview_ms},
                       {"first_column_after_opening_ms", extend_ms},
                       {"resident_mb", resident_mb},
                       {"resident_mb_of_the_canvas", resident_mb - before_mb}});
  }
  fmt::print("{} columns, {:.0f} MB: opened in {:.3f} s\n", a.columns, file_mb, open_s);
  fmt::print("{} columns on screen: {:.0f} ms at the start, {:.0f} in the middle, {:.0f} at the end", span,
             spans.start_ms, spans.middle_ms, spans.end_ms);
  fmt::print(" ({:.0f} ms in the middle of {} columns)\n", short_spans.middle_ms, kShort);
  fmt::print("the whole as one tile: {:.0f} ms; the first new column: {:.0f} ms\n", overview_ms, extend_ms);
  fmt::print("resident: {:.0f} MiB, {:.0f} of them since it was opened\n", resident_mb,
             resident_mb - before_mb);
}

}  // namespace

void add_bench_canvas(CLI::App& bench) {
  auto a = std::make_shared<Arguments>();
  auto* command = bench.add_subcommand("canvas", "Opening and looking at a very long canvas");
  command->add_option("--model", a->model, "Folder of the bundle")->capture_default_str();
  command->add_option("--columns", a->columns, "Its length")->capture_default_str();
  command->add_option("--repeats", a->repeats, "Timings of each place")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  a->bench.add_to(*command);
  command->footer(
      "The project is made in the folder for temporary files (TMPDIR), a token in it repeats, nearly, every "
      "64 "
      "columns.\n"
      "Example: equicanvas-cli bench canvas --model models/demo --json");
  command->callback([a] { run(*a); });
}

}  // namespace equi::cli
