#include <deque>
#include <memory>

#include <fmt/format.h>

#include "app/cli/bench.h"
#include "app/cli/console.h"
#include "core/base/error.h"
#include "core/model/precision.h"
#include "core/stream/streaming_decoder.h"

// bench stream: does a column cost the same wherever it is, and does memory stay flat?
namespace equi::cli {
namespace {

constexpr std::int64_t kEarly = 32, kLate = 4096;  // the two columns that are compared
constexpr std::int64_t kWarm = 100;                // memory is compared with that after so many columns
constexpr std::int64_t kTile = 16;                 // columns that are decoded at a time
constexpr std::int64_t kTimed = 96;                // columns of the end-to-end rate
constexpr std::size_t kKeptTokens = 512;           // a document keeps the others on disk

struct Arguments {
  std::string model = "models/demo";
  std::int64_t columns = 10000;
  int repeats = 40;
  BenchOptions bench;
};

struct Rates {
  double both = 0, generate = 0, decode = 0;  // columns per second
};

// A panorama that is generated and decoded as the app does it, tile by tile, keeping its newest tokens.
class Run {
 public:
  explicit Run(const model::Model& model)
      : model_(model),
        generator_(model.generator, {}),
        decoder_(model.tokenizer, model.manifest.vae_norm,
                 {model.manifest.window_columns, model.manifest.window_hop}) {}

  std::int64_t columns() const { return generator_.column(); }
  stream::ColumnGenerator& generator() { return generator_; }

  void generate_to(std::int64_t column) {
    const stream::Scene scene;
    while (columns() < column) {
      const auto noise = bench_noise(generator_, model_.manifest.generator.token_width, 1);
      tokens_.push_back(generator_.next(noise, {&scene, 1})[0].to(torch::kCPU));
      if (tokens_.size() > kKeptTokens) {
        tokens_.pop_front();
        ++first_;
      }
    }
  }

  void decode(std::int64_t begin, std::int64_t end) {
    const auto source = [&](stream::ColumnRange c) {
      return torch::stack(std::vector<torch::Tensor>(tokens_.begin() + (c.begin - first_),
                                                     tokens_.begin() + (c.end - first_)));
    };
    const auto span = decoder_.decode({0, columns()}, {begin, end}, source);
    stream::to_bytes(span.pixels);
  }

  // Generates to `column`, decoding every tile when it has settled.
  void advance_to(std::int64_t column) {
    while (columns() < column) {
      generate_to(std::min(column, columns() + kTile));
      const std::int64_t settled =
          stream::WindowPlan(decoder_.layout(), {0, columns()}).settled_end() / kTile * kTile;
      if (settled > decoded_) decode(decoded_, settled);
      decoded_ = std::max(decoded_, settled);
    }
  }

 private:
  const model::Model& model_;
  stream::ColumnGenerator generator_;
  stream::StreamingDecoder decoder_;
  std::deque<torch::Tensor> tokens_;  // the newest ones
  std::int64_t first_ = 0;            // the column of tokens_.front()
  std::int64_t decoded_ = 0;
};

double time_column(stream::ColumnGenerator& generator, const stream::GeneratorState& at,
                   const model::Model& model) {
  const stream::Scene scene;
  generator.restore(at);
  const auto noise = bench_noise(generator, model.manifest.generator.token_width, 1);
  const Stopwatch watch;
  generator.next(noise, {&scene, 1});
  synchronize(model.device);
  return watch.seconds();
}

struct Growth {
  double early_ms = 0, late_ms = 0, ratio = 0;
};

// Both columns by turns, so that whatever else the machine does falls on both alike.
Growth measure_growth(stream::ColumnGenerator& generator, const stream::GeneratorState& early,
                      const stream::GeneratorState& late, const model::Model& model, int repeats) {
  std::vector<double> e, l;
  for (int i = 0; i < repeats; ++i) {
    const bool late_first = i % 2 == 1;
    for (const bool is_late : {late_first, !late_first}) {
      (is_late ? l : e).push_back(time_column(generator, is_late ? late : early, model));
    }
  }
  return {median(e) * 1e3, median(l) * 1e3, median(l) / median(e)};
}

Rates measure_rates(const model::Model& model) {
  Rates rates;
  Run run(model);
  run.advance_to(2 * kTile);  // warm
  const Stopwatch both;
  run.advance_to(2 * kTile + kTimed);
  rates.both = static_cast<double>(kTimed) / both.seconds();
  const Stopwatch generate;
  run.generate_to(2 * kTile + 2 * kTimed);
  synchronize(model.device);
  rates.generate = static_cast<double>(kTimed) / generate.seconds();
  // What has just been made: no window of it has been decoded before.
  const std::int64_t fresh = 2 * kTile + kTimed;
  const Stopwatch decode;
  for (std::int64_t c = fresh; c < fresh + kTimed; c += kTile) run.decode(c, c + kTile);
  rates.decode = static_cast<double>(kTimed) / decode.seconds();
  return rates;
}

void run(const Arguments& a) {
  if (a.columns < kLate + 1) {
    throw Error(ErrorKind::bad_input, "columns", fmt::format("at least {} are needed", kLate + 1));
  }
  a.bench.apply_threads();
  const Interrupt interrupt;
  const auto bundle = Bundle::open(a.model);
  const auto device = parse_device(a.bench.device);
  const auto model = model::load_model(bundle, device, model::parse_precision(a.bench.precision, device));
  const auto rates = measure_rates(model);
  Run panorama(model);
  stream::GeneratorState early, late;
  double warm_mib = 0, end_mib = 0, peak_mib = 0;
  {
    ProgressBar bar("columns", a.columns, a.bench.json);
    while (panorama.columns() < a.columns && !interrupt.token().stop_requested()) {
      std::int64_t next = std::min(a.columns, panorama.columns() + kTile);
      for (const auto mark : {kEarly, kWarm, kLate}) {
        if (panorama.columns() < mark) next = std::min(next, mark);
      }
      panorama.advance_to(next);
      if (next == kEarly) early = panorama.generator().state();
      if (next == kLate) late = panorama.generator().state();
      if (next == kWarm) warm_mib = resident_mib();
      if (next > kWarm) peak_mib = std::max(peak_mib, resident_mib());
      bar.update(next);
    }
  }
  if (interrupt.token().stop_requested()) throw Error(ErrorKind::cancelled, "", "stopped");
  end_mib = resident_mib();
  const auto growth = measure_growth(panorama.generator(), early, late, model, a.repeats);
  const auto& settings = panorama.generator().settings();
  if (a.bench.json) {
    return print_json({{"device", model.device.name()},
                       {"precision", name(model.precision)},
                       {"threads", torch::get_num_threads()},
                       {"solver", sampling::name(settings.solver.method)},
                       {"evaluations", settings.solver.evaluations},
                       {"columns", a.columns},
                       {"cost_growth_4096_over_32", growth.ratio},
                       {"milliseconds_column_32", growth.early_ms},
                       {"milliseconds_column_4096", growth.late_ms},
                       {"memory_growth_mb", peak_mib - warm_mib},
                       {"memory_after_100_columns_mb", warm_mib},
                       {"memory_at_the_end_mb", end_mib},
                       {"columns_per_second", rates.both},
                       {"columns_per_second_generate", rates.generate},
                       {"columns_per_second_decode", rates.decode},
                       {"state_bytes", late.bytes()},
                       {"state_bytes_column_32", early.bytes()}});
  }
  fmt::print("{} in {}, {} threads, {} with {} evaluations\n", model.device.name(), name(model.precision),
             torch::get_num_threads(), sampling::name(settings.solver.method), settings.solver.evaluations);
  fmt::print("column 32: {:.2f} ms, column 4096: {:.2f} ms, ratio {:.3f}\n", growth.early_ms, growth.late_ms,
             growth.ratio);
  fmt::print("memory: {:.1f} MiB after 100 columns, at most {:.1f} MiB until {}\n", warm_mib, peak_mib,
             a.columns);
  fmt::print("columns per second: {:.1f} generated and decoded ({:.1f} generated, {:.1f} decoded)\n",
             rates.both, rates.generate, rates.decode);
}

}  // namespace

void add_bench_stream(CLI::App& bench) {
  auto a = std::make_shared<Arguments>();
  auto* command = bench.add_subcommand("stream", "Cost and memory of a panorama that grows and grows");
  command->add_option("--model", a->model, "Folder of the bundle")->capture_default_str();
  command->add_option("--columns", a->columns, "How far it grows")->capture_default_str();
  command->add_option("--repeats", a->repeats, "Timings of each of the two columns")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  a->bench.add_to(*command);
  command->footer(
      "Generates and decodes a panorama tile by tile. Columns 32 and 4096 are timed by\n"
      "turns from bookmarks, the medians compared.\n"
      "Example: equicanvas-cli bench stream --model models/demo --json");
  command->callback([a] { run(*a); });
}

}  // namespace equi::cli
