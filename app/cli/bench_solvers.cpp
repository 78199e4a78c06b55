#include <cmath>
#include <fstream>
#include <map>
#include <memory>

#include <fmt/format.h>

#include "app/cli/bench.h"
#include "app/cli/console.h"
#include "app/cli/solver_plot.h"
#include "core/base/error.h"
#include "core/model/precision.h"
#include "core/sampling/noise.h"

// bench solvers: error against a 1000-step solution for each solver, time grid and count of evaluations.
namespace equi::cli {
namespace {

constexpr int kReferenceSteps = 1000;
constexpr int kBudget = 25;  // evaluations at which the default is chosen
constexpr int kCounts[] = {6, 8, 10, 12, 16, 20, 24, 25, 32, 50, 100};
constexpr int kSweepCounts[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12};
constexpr std::uint64_t kSeed = 5;

struct Arguments {
  std::string model = "models/demo";
  std::string size;  // a published size instead of a bundle
  std::string plot;
  int columns = 64;
  bool sweeps = false;  // those alone
  double guidance = 7.0;
  BenchOptions bench;
};

// Conditions [2N, d] of N columns as generation meets them, and their noise [N, E].
struct Problem {
  torch::Tensor conditions, noise;
};

std::vector<sampling::TimeGrid> grids() {
  std::vector<sampling::TimeGrid> all;
  for (const auto* text : {"uniform", "quadratic", "cosine", "shifted:0.33", "shifted:0.5", "shifted:0.75",
                           "shifted:1.5", "shifted:2", "shifted:3"}) {
    all.push_back(sampling::parse_time_grid(text));
  }
  return all;
}

// Walks through the classes, so that every scene and many places of a row are among the columns.
Problem collect(const model::Generator& generator, const Arguments& a) {
  const auto& config = generator->config;
  stream::GenerationSettings settings;
  settings.guidance.scale = a.guidance;
  settings.solver = {sampling::Method::euler, {}, 50};
  stream::ColumnGenerator columns(generator, settings);
  stream::ContextStream context(generator, 1, true);
  std::vector<torch::Tensor> conditional, unconditional, noise;
  const int per_class = 8;
  ProgressBar bar("conditions", a.columns, a.bench.json);
  for (int i = 0; i < a.columns; ++i) {
    const stream::Scene scene{(i / per_class) % config.class_count};
    if (i % per_class == 0) columns.start();
    for (int skip = 0; i % per_class == 0 && skip < 8; ++skip) {  // away from the start of the row
      columns.next(bench_noise(columns, config.token_width, kSeed + static_cast<std::uint64_t>(i)),
                   {&scene, 1});
    }
    const auto rows = context.advance(columns.state(), {&scene, 1}, settings).conditions;
    conditional.push_back(rows.narrow(0, 0, 1));
    unconditional.push_back(rows.narrow(0, 1, 1));
    noise.push_back(bench_noise(columns, config.token_width, kSeed + static_cast<std::uint64_t>(i)));
    columns.next(noise.back(), {&scene, 1});
    bar.update(i + 1);
  }
  const torch::InferenceMode inference;
  conditional.insert(conditional.end(), unconditional.begin(), unconditional.end());
  return {torch::cat(conditional), torch::cat(noise).to(generator->fake_latent.device())};
}

torch::Tensor solve(const model::Generator& generator, const Problem& problem, double guidance,
                    const sampling::SolverSettings& settings) {
  sampling::FlowEvaluator flow(generator->diffloss->net, sampling::make_plan(settings));
  flow.set_conditions(problem.conditions);
  return flow.sample(problem.noise, guidance);
}

// Root mean square over the columns of ||token - reference|| / ||reference||.
double error_of(const torch::Tensor& tokens, const torch::Tensor& reference) {
  const auto relative = (tokens - reference).norm(2, 1) / reference.norm(2, 1);
  return std::sqrt(relative.square().mean().item<double>());
}

// The token of 100 Euler steps by sweeps over all of them, against the same one by one.
std::vector<double> measure_sweeps(const model::Generator& generator, const Problem& problem,
                                   const Arguments& a) {
  const auto plan = sampling::make_plan({sampling::Method::euler, {}, 100});
  sampling::FlowEvaluator flow(generator->diffloss->net, plan);
  flow.set_conditions(problem.conditions);
  const auto velocity = [&](const torch::Tensor& z, std::int64_t index) {
    return flow.velocity(z, index, a.guidance);
  };
  const auto steps = sampling::integrate(plan, problem.noise, velocity);
  std::vector<double> errors;
  ProgressBar bar("sweeps", std::ssize(kSweepCounts), a.bench.json);
  for (const int sweeps : kSweepCounts) {
    errors.push_back(error_of(sampling::integrate_by_sweeps(plan, problem.noise, velocity, sweeps), steps));
    bar.update(std::ssize(errors));
  }
  return errors;
}

bool can_do(sampling::Method method, int evaluations) {
  const bool two_stage = method == sampling::Method::heun || method == sampling::Method::midpoint;
  return !two_stage || evaluations % 2 == 0;
}

std::vector<SolverError> measure(const model::Generator& generator, const Problem& problem,
                                 const torch::Tensor& reference, const Arguments& a) {
  const auto& methods = sampling::all_methods();
  std::vector<SolverError> errors;
  ProgressBar bar("solvers", static_cast<std::int64_t>(methods.size() * grids().size()), a.bench.json);
  std::int64_t done = 0;
  for (const auto method : methods) {
    for (const auto& grid : grids()) {
      for (const int evaluations : kCounts) {
        if (!can_do(method, evaluations)) continue;
        const sampling::SolverSettings settings{method, grid, evaluations};
        errors.push_back({settings, error_of(solve(generator, problem, a.guidance, settings), reference)});
      }
      bar.update(++done);
    }
  }
  return errors;
}

const SolverError& find(const std::vector<SolverError>& errors, const sampling::SolverSettings& settings) {
  return *std::ranges::find(errors, settings, &SolverError::settings);
}

SolverError best_within(const std::vector<SolverError>& errors, int budget) {
  const SolverError* best = nullptr;
  for (const auto& e : errors) {
    if (e.settings.evaluations <= budget && (best == nullptr || e.error < best->error)) best = &e;
  }
  return *best;
}

nlohmann::json to_json(const SolverError& e) {
  return {{"solver", sampling::name(e.settings.method)},
          {"grid", sampling::name(e.settings.grid)},
          {"evaluations", e.settings.evaluations},
          {"error", e.error}};
}

void print_table(const std::vector<SolverError>& errors) {
  std::map<std::string, std::map<int, SolverError>> best;  // by solver, the best grid for each count
  for (const auto& e : errors) {
    auto& cell = best[sampling::name(e.settings.method)];
    const auto [at, fresh] = cell.try_emplace(e.settings.evaluations, e);
    if (!fresh && e.error < at->second.error) at->second = e;
  }
  fmt::print("{:<12}", "evaluations");
  for (const int count : kCounts) fmt::print("{:>10}", count);
  for (const auto method : sampling::all_methods()) {
    const auto& row = best[sampling::name(method)];
    fmt::print("\n{:<12}", sampling::name(method));
    for (const int count : kCounts) {
      fmt::print("{:>10}", row.contains(count) ? fmt::format("{:.1e}", row.at(count).error) : "-");
    }
  }
  fmt::print("\n(relative error, each at its best time grid)\n");
}

nlohmann::json sweeps_to_json(const std::vector<double>& errors) {
  auto rows = nlohmann::json::array();
  for (std::size_t i = 0; i < errors.size(); ++i) {
    rows.push_back({{"sweeps", kSweepCounts[i]}, {"error", errors[i]}});
  }
  return rows;
}

void print_sweeps(const std::vector<double>& errors) {
  fmt::print("{:<12}", "sweeps");
  for (const int sweeps : kSweepCounts) fmt::print("{:>10}", sweeps);
  fmt::print("\n{:<12}", "euler");
  for (const double error : errors) fmt::print("{:>10}", fmt::format("{:.1e}", error));
  fmt::print("\n(100 steps in sweeps over all of them, relative to the steps one by one)\n");
}

void report(const std::vector<SolverError>& errors, const std::vector<double>& by_sweeps,
            double default_error, const Arguments& a) {
  const sampling::SolverSettings chosen = stream::GenerationSettings{}.solver;
  const auto best = best_within(errors, kBudget);
  const auto euler = find(errors, {sampling::Method::euler, {}, 100});
  if (a.bench.json) {
    auto rows = nlohmann::json::array();
    for (const auto& e : errors) rows.push_back(to_json(e));
    return print_json({{"model", a.size.empty() ? a.model : a.size},
                       {"columns", a.columns},
                       {"guidance", a.guidance},
                       {"reference", "midpoint, uniform grid, 1000 steps"},
                       {"default", to_json({chosen, default_error})},
                       {"euler_100", euler.error},
                       {"default_better_than_euler_100", default_error < euler.error},
                       {"best_within_25", to_json(best)},
                       {"euler_100_by_sweeps", sweeps_to_json(by_sweeps)},
                       {"errors", rows}});
  }
  print_table(errors);
  const auto line = [](const char* what, const sampling::SolverSettings& s, double error) {
    fmt::print("{:<26} {:.2e}  {} on {}, {} evaluations\n", what, error, sampling::name(s.method),
               sampling::name(s.grid), s.evaluations);
  };
  line("default", chosen, default_error);
  line("Euler, 100 steps", euler.settings, euler.error);
  line("best within 25", best.settings, best.error);
  print_sweeps(by_sweeps);
}

model::Generator load(const Arguments& a) {
  const auto device = parse_device(a.bench.device);
  if (!a.size.empty()) {
    const auto config = published_size(a.size);
    return random_generator(config, device, model::parse_precision(a.bench.precision, device));
  }
  const auto bundle = Bundle::open(a.model);
  const auto precision = model::parse_precision(a.bench.precision, device);
  return model::load_model(bundle, device, precision).generator;
}

void run(const Arguments& a) {
  a.bench.apply_threads();
  const auto generator = load(a);
  const auto problem = collect(generator, a);
  const auto by_sweeps = measure_sweeps(generator, problem, a);
  if (a.sweeps) {
    if (!a.bench.json) return print_sweeps(by_sweeps);
    return print_json({{"model", a.size.empty() ? a.model : a.size},
                       {"columns", a.columns},
                       {"guidance", a.guidance},
                       {"euler_100_by_sweeps", sweeps_to_json(by_sweeps)}});
  }
  const auto reference =
      solve(generator, problem, a.guidance, {sampling::Method::midpoint, {}, 2 * kReferenceSteps});
  const auto errors = measure(generator, problem, reference, a);
  const double default_error =
      error_of(solve(generator, problem, a.guidance, stream::GenerationSettings{}.solver), reference);
  if (!a.plot.empty()) {
    std::ofstream file(a.plot);
    file << plot_solver_errors(errors);
    if (!file.flush()) throw Error(ErrorKind::io, a.plot, "cannot be written");
  }
  report(errors, by_sweeps, default_error, a);
}

}  // namespace

void add_bench_solvers(CLI::App& bench) {
  auto a = std::make_shared<Arguments>();
  auto* command = bench.add_subcommand("solvers", "Error of each solver against a 1000-step solution");
  command->add_option("--model", a->model, "Folder of the bundle")->capture_default_str();
  command->add_option("--size", a->size, "A published size with random weights instead of a bundle");
  command->add_option("--columns", a->columns, "Columns whose conditions are used")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  command->add_option("--guidance", a->guidance, "Guidance scale")
      ->check(CLI::Range(0.0, 100.0))
      ->capture_default_str();
  command->add_flag("--sweeps", a->sweeps, "Only: 100 Euler steps in sweeps over all of them, as a GPU does");
  command->add_option("--plot", a->plot, "Write the curves to this SVG file")->excludes("--sweeps");
  a->bench.precision = "float32";  // errors of solvers, not of numbers
  a->bench.add_to(*command);
  command->footer("Example: equicanvas-cli bench solvers --model models/demo --plot solvers.svg");
  command->callback([a] { run(*a); });
}

}  // namespace equi::cli
