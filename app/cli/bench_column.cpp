#include <memory>

#include <fmt/format.h>

#include "app/cli/bench.h"
#include "app/cli/byte_floor.h"
#include "app/cli/column_times.h"
#include "app/cli/console.h"
#include "app/cli/machine_rates.h"
#include "core/base/error.h"
#include "core/model/precision.h"

// bench column: where the time of one column goes, against what its bytes and this machine allow.
namespace equi::cli {
namespace {

constexpr double kPublishedNorm = 0.05493;  // vae_norm of the published tokenizer

struct Arguments {
  std::string size = "demo";
  std::string model;
  std::string solver;
  int evaluations = 0;
  ColumnTimesOptions times;
  BenchOptions bench;
};

model::Model open_bundle(const std::string& folder, const Arguments& a, const Device& device) {
  const auto bundle = Bundle::open(folder);
  return model::load_model(bundle, device, model::parse_precision(a.bench.precision, device));
}

// A published size with random weights; the tokenizer only where it is timed.
model::Model random_model(const Arguments& a, const Device& device) {
  model::Model m;
  m.manifest.generator = published_size(a.size);
  m.manifest.vae_norm = kPublishedNorm;
  m.device = device;
  m.precision = model::parse_precision(a.bench.precision, device);
  m.generator = random_generator(m.manifest.generator, device, m.precision);
  if (a.times.decode) {
    m.tokenizer = model::Tokenizer(m.manifest.tokenizer);
    model::randomize_weights(*m.tokenizer, m.options(), 2);
    m.tokenizer->eval();
    for (auto& parameter : m.tokenizer->parameters()) parameter.requires_grad_(false);
  }
  return m;
}

stream::GenerationSettings settings_of(const Arguments& a) {
  stream::GenerationSettings settings;
  if (!a.solver.empty()) settings.solver.method = sampling::parse_method(a.solver);
  if (a.evaluations > 0) settings.solver.evaluations = a.evaluations;
  sampling::make_plan(settings.solver);  // throws before minutes are spent
  return settings;
}

// Two passes of everything, and how far apart they are.
struct Figure {
  double first = 0, second = 0;
  double value() const { return std::min(first, second); }
  double spread() const {
    const double low = std::min(first, second);
    return low > 0 ? std::max(first, second) / low - 1.0 : 0.0;
  }
};

struct Report {
  std::vector<std::pair<const char*, Figure>> figures;
  void add(const char* name, double first, double second) { figures.push_back({name, {first, second}}); }
  double value(const std::string& name) const {
    for (const auto& [known, figure] : figures) {
      if (name == known) return figure.value();
    }
    throw Error(ErrorKind::internal, "bench column", name + " was not measured");
  }
};

Report make_report(const std::array<ColumnTimes, 2>& t, bool decoded) {
  Report r;
  r.add("seconds_per_column", t[0].column, t[1].column);
  r.add("first_column_seconds", t[0].first_column, t[1].first_column);
  r.add("transformer_step_seconds", t[0].transformer, t[1].transformer);
  if (t[0].modulations > 0) r.add("modulations_seconds", t[0].modulations, t[1].modulations);
  r.add("flow_head_seconds_per_evaluation", t[0].evaluation, t[1].evaluation);
  if (decoded) {
    r.add("decode_seconds_per_window", t[0].window, t[1].window);
    r.add("decode_seconds_per_column", t[0].decode_column, t[1].decode_column);
    r.add("seconds_per_column_end_to_end", t[0].end_to_end, t[1].end_to_end);
  }
  return r;
}

nlohmann::json to_json(const Arguments& a, const model::Model& m, const sampling::SolverSettings& solver,
                       const ByteFloor& floor, const Report& report, const std::array<MachineRates, 2>& rates,
                       double load) {
  const double bandwidth = std::max(rates[0].bandwidth(), rates[1].bandwidth());
  const double bytes = floor.column(solver.evaluations), floor_seconds = bytes / bandwidth;
  const double copy = std::max(rates[0].copy_bytes, rates[1].copy_bytes);
  const double column = report.value("seconds_per_column");
  nlohmann::json spread, out = {{"size", a.model.empty() ? a.size : a.model},
                                {"device", m.device.name()},
                                {"precision", name(m.precision)},
                                {"threads", torch::get_num_threads()},
                                {"batch", a.times.batch},
                                {"solver", sampling::name(solver.method)},
                                {"evaluations", solver.evaluations},
                                {"load_seconds", load},
                                {"byte_floor_bytes", bytes},
                                {"byte_floor_seconds", floor_seconds},
                                {"floor_ratio", column / floor_seconds},
                                {"floor_ratio_to_copy", column / (bytes / copy)},
                                {"columns_per_second", a.times.batch / column},
                                {"copy_bytes_per_second", copy},
                                {"read_bytes_per_second", std::max(rates[0].read_bytes, rates[1].read_bytes)},
                                {"matrix_flops", std::max(rates[0].matrix_flops, rates[1].matrix_flops)},
                                {"peak_memory_mib", peak_mib()}};
  for (const auto& [name, figure] : report.figures) {
    out[name] = figure.value();
    spread[name] = figure.spread();
  }
  if (a.times.decode) {
    out["columns_per_second_end_to_end"] = a.times.batch / report.value("seconds_per_column_end_to_end");
  }
  const auto apart = [](double x, double y) { return std::max(x, y) / std::min(x, y) - 1.0; };
  spread["copy_bytes_per_second"] = apart(rates[0].copy_bytes, rates[1].copy_bytes);
  spread["read_bytes_per_second"] = apart(rates[0].read_bytes, rates[1].read_bytes);
  out["spread"] = spread;
  return out;
}

void print_table(const nlohmann::json& j, const Report& report) {
  constexpr double kGiga = 1e9;
  fmt::print("{} on {} in {}, {} threads, {} panorama(s), {} with {} evaluations\n",
             j["size"].get<std::string>(), j["device"].get<std::string>(), j["precision"].get<std::string>(),
             j["threads"].get<int>(), j["batch"].get<std::int64_t>(), j["solver"].get<std::string>(),
             j["evaluations"].get<int>());
  fmt::print("machine: copy {:.1f} GB/s, read {:.1f} GB/s, products {:.0f} GFLOP/s\n",
             j["copy_bytes_per_second"].get<double>() / kGiga,
             j["read_bytes_per_second"].get<double>() / kGiga, j["matrix_flops"].get<double>() / kGiga);
  for (const auto& [name, figure] : report.figures) {
    fmt::print("{:<36} {:>10.3f} ms   (spread {:.0f} %)\n", name, figure.value() * 1e3,
               figure.spread() * 100);
  }
  fmt::print("{:<36} {:>10.3f} ms   ({:.2f} GB at the faster of copy and read)\n", "byte_floor_seconds",
             j["byte_floor_seconds"].get<double>() * 1e3, j["byte_floor_bytes"].get<double>() / kGiga);
  fmt::print("{:<36} {:>10.2f}      (to the copy rate: {:.2f})\n", "floor_ratio",
             j["floor_ratio"].get<double>(), j["floor_ratio_to_copy"].get<double>());
  fmt::print("{:<36} {:>10.2f}\n", "columns_per_second", j["columns_per_second"].get<double>());
  if (j.contains("columns_per_second_end_to_end")) {
    fmt::print("{:<36} {:>10.2f}\n", "columns_per_second_end_to_end",
               j["columns_per_second_end_to_end"].get<double>());
  }
  fmt::print("{:<36} {:>10.2f} s\n", "load_seconds", j["load_seconds"].get<double>());
  fmt::print("{:<36} {:>10.0f} MiB\n", "peak_memory", j["peak_memory_mib"].get<double>());
}

void run(const Arguments& a) {
  a.bench.apply_threads();
  const auto device = parse_device(a.bench.device);
  const auto settings = settings_of(a);
  const std::string folder = !a.model.empty() ? a.model : a.size == "demo" ? "models/demo" : "";
  const Stopwatch watch;
  const auto m = folder.empty() ? random_model(a, device) : open_bundle(folder, a, device);
  const double load = watch.seconds();
  std::array<MachineRates, 2> rates;
  std::array<ColumnTimes, 2> times;
  ProgressBar bar("passes", 2, a.bench.json);
  for (std::size_t pass = 0; pass < 2; ++pass) {
    rates[pass] = measure_rates(device, m.precision);
    times[pass] = measure_column(m, settings, a.times);
    bar.update(static_cast<std::int64_t>(pass) + 1);
  }
  const auto report = make_report(times, a.times.decode);
  const auto document = to_json(a, m, settings.solver, byte_floor(m.generator), report, rates, load);
  if (a.bench.json) return print_json(document);
  print_table(document, report);
}

}  // namespace

void add_bench_column(CLI::App& bench) {
  auto a = std::make_shared<Arguments>();
  auto* command = bench.add_subcommand("column", "Where the time of one column goes, against the byte floor");
  command
      ->add_option("--size", a->size,
                   "demo (models/demo), or a published size with random weights: small, base, large, huge")
      ->capture_default_str();
  command->add_option("--model", a->model, "Folder of another bundle");
  command->add_option("--solver", a->solver, "Method of the solver (the default's)");
  command->add_option("--evaluations", a->evaluations, "Velocity evaluations for each column (the default's)")
      ->check(CLI::Range(1, 10000));
  command->add_option("--columns", a->times.columns, "Columns that are timed in each pass; the median counts")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  command->add_option("--batch", a->times.batch, "Panoramas at once")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command->add_flag("!--no-decode", a->times.decode, "Leave the decoder out");
  a->bench.add_to(*command);
  command->footer(
      "The byte floor: the transformer's and the modulations' weights once, the rest of the flow head once "
      "for\n"
      "each evaluation, in the precision used, at the faster of the copy and read rates measured in the "
      "same\n"
      "run. Everything is measured in two passes; the smaller figure counts, the spread says how far the "
      "other\n"
      "one was. On a GPU a column is one graph: the transformer step is what plans of 16 and of 32 "
      "evaluations\n"
      "leave of it, an evaluation is the rest divided by their number, its modulations included.\n"
      "Example: equicanvas-cli bench column --size large --no-decode --json");
  command->callback([a] { run(*a); });
}

}  // namespace equi::cli
