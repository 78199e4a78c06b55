#include <memory>

#include <fmt/format.h>
#include <unistd.h>

#include "app/cli/bench.h"
#include "app/cli/console.h"
#include "core/base/error.h"
#include "core/batch/panorama_group.h"
#include "core/batch/picture_output.h"

// bench batch: pictures per minute, one at a time against several at once.
namespace equi::cli {
namespace {

struct Arguments {
  std::string model = "models/demo";
  std::int64_t columns = 64;
  std::int64_t pictures = 16;
  std::vector<std::int64_t> batches = {1, 4, 16};
  BenchOptions bench;
};

struct Result {
  double seconds = 0, generating = 0;
};

Result make(const std::shared_ptr<const engine::Engine>& engine, const Arguments& a, std::int64_t batch,
            const std::filesystem::path& folder, const std::stop_token& stop) {
  Result result;
  const auto settings = engine->default_settings();
  const auto scenes = static_cast<std::int64_t>(engine->manifest().class_names.size());
  const Stopwatch watch;
  for (std::int64_t first = 0; first < a.pictures; first += batch) {
    std::vector<batch::PanoramaGroup::Row> rows;
    for (std::int64_t i = first; i < std::min(a.pictures, first + batch); ++i) {
      rows.push_back({i % scenes, static_cast<std::uint64_t>(i)});
    }
    const Stopwatch generating;
    batch::PanoramaGroup group(engine, settings, rows, a.columns);
    while (group.made() < a.columns) group.make_column(stop);
    result.generating += generating.seconds();
    for (std::int64_t row = 0; row < static_cast<std::int64_t>(rows.size()); ++row) {
      batch::PictureOutput output;
      output.item.row = row;
      output.item.scene = rows[std::size_t(row)].scene;
      output.item.width = a.columns;
      output.settings = settings;
      batch::write_picture(*engine, group, output, folder / fmt::format("{}.png", first + row), {{}, stop});
    }
  }
  result.seconds = watch.seconds();
  return result;
}

void run(const Arguments& a) {
  a.bench.apply_threads();
  const Interrupt interrupt;
  const auto engine = engine::Engine::load(a.model, parse_device(a.bench.device),
                                           engine::parse_precision_choice(a.bench.precision));
  const auto folder = std::filesystem::temp_directory_path() / fmt::format("equicanvas-bench-{}", getpid());
  std::filesystem::create_directories(folder);
  const std::shared_ptr<void> tidy(nullptr, [&](void*) {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  });
  make(engine, {a.model, std::min<std::int64_t>(a.columns, 16), 1, {}, {}}, 1, folder,
       interrupt.token());  // warm
  auto rows = nlohmann::json::array();
  double one = 0;
  for (const auto batch : a.batches) {
    const auto result = make(engine, a, batch, folder, interrupt.token());
    const double per_minute = 60.0 * static_cast<double>(a.pictures) / result.seconds;
    if (one == 0) one = per_minute;
    const double columns = static_cast<double>(a.pictures * a.columns) / result.generating;
    rows.push_back({{"batch", batch},
                    {"pictures_per_minute", per_minute},
                    {"times_the_first", per_minute / one},
                    {"columns_per_second_generating", columns}});
    if (!a.bench.json) {
      fmt::print(
          "{:>3} at once: {:7.2f} pictures per minute, {:.2f} x, {:.1f} columns per second generating\n",
          batch, per_minute, per_minute / one, columns);
    }
  }
  if (!a.bench.json) return;
  print_json({{"model", engine->manifest().name},
              {"device", engine->device().name()},
              {"precision", name(engine->precision())},
              {"columns", a.columns},
              {"pictures", a.pictures},
              {"chosen_batch", batch::choose_batch(*engine, a.columns)},
              {"batches", rows}});
}

}  // namespace

void add_bench_batch(CLI::App& bench) {
  auto a = std::make_shared<Arguments>();
  auto* command = bench.add_subcommand("batch", "Pictures per minute, one at a time and several at once");
  command->add_option("--model", a->model, "Folder of the bundle")->capture_default_str();
  command->add_option("--columns", a->columns, "Columns of each picture")
      ->check(CLI::Range(std::int64_t{2}, std::int64_t{100000}))
      ->capture_default_str();
  command->add_option("--pictures", a->pictures, "How many are made for each number at once")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{100000}))
      ->capture_default_str();
  command->add_option("--batches", a->batches, "How many at once")->delimiter(',')->capture_default_str();
  a->bench.add_to(*command);
  command->footer("Example: equicanvas-cli bench batch --batches 1,4,16 --json");
  command->callback([a] { run(*a); });
}

}  // namespace equi::cli
