#include <memory>

#include <fmt/format.h>

#include "app/cli/bench.h"
#include "app/cli/console.h"
#include "core/base/error.h"
#include "core/model/int8_weights.h"
#include "core/model/precision.h"
#include "core/model/weight_arena.h"
#include "core/sampling/reference_sampler.h"

// bench reference: the streaming generator against a full recompute of the transformer for every column.
namespace equi::cli {
namespace {

constexpr double kGuidance = 7.0;
constexpr int kEulerSteps = 100;

struct Arguments {
  std::string size = "large";
  std::int64_t columns = 256;
  int timed = 5;
  std::string fast_precision = "auto";
  BenchOptions bench;
};

struct Reference {
  std::vector<std::int64_t> positions;  // where the transformer was timed
  std::vector<double> transformer;      // seconds for the column there
  double head = 0;                      // seconds for the flow head of one column
  double mean_column = 0;               // over all columns of the row
};

// Both guidance branches through every layer, all columns so far.
double time_transformer(const model::Generator& generator, std::int64_t columns,
                        const torch::Tensor& branches) {
  const auto& config = generator->config;
  const auto tokens = torch::randn({1, columns, config.token_width})
                          .to(generator->z_proj->weight.options().requires_grad(false))
                          .repeat({2, 1, 1});
  const Stopwatch watch;
  generator->forward(tokens, branches).select(1, columns - 1).sum().item<float>();
  return watch.seconds();
}

// The plain network, 100 Euler steps, both branches in one batch.
double time_head(const model::Generator& generator) {
  const auto& config = generator->config;
  const auto options = generator->z_proj->weight.options().requires_grad(false);
  const auto condition = torch::randn({2, config.width}).to(options);
  auto z = torch::randn({1, config.token_width}).to(options);
  const Stopwatch watch;
  for (int i = kEulerSteps; i >= 1; --i) {
    const auto t = torch::full({2}, static_cast<double>(i) / kEulerSteps, options.dtype(torch::kFloat32));
    const auto v = generator->diffloss->net->forward(z.repeat({2, 1}), t, condition);
    z = z - model::guide(v, kGuidance) / kEulerSteps;
  }
  z.sum().item<float>();
  return watch.seconds();
}

// The integral over the row by trapezoids between the timed positions, divided by its length.
double mean_over_row(const Reference& r, std::int64_t columns) {
  double total = 0;
  for (std::size_t i = 1; i < r.positions.size(); ++i) {
    total += static_cast<double>(r.positions[i] - r.positions[i - 1]) *
             (r.transformer[i] + r.transformer[i - 1]) / 2;
  }
  return total / static_cast<double>(columns - 1);
}

Reference measure_reference(const model::Generator& generator, std::int64_t columns, bool silent) {
  const torch::InferenceMode inference;
  const auto label = torch::zeros({1}, torch::kInt64).to(generator->fake_latent.device());
  const auto branches =
      torch::cat({generator->class_embedding(label), generator->unconditional_embedding(1)}, 0);
  Reference r;
  for (int quarter = 0; quarter <= 4; ++quarter)
    r.positions.push_back(std::max<std::int64_t>(1, columns * quarter / 4));
  ProgressBar bar("full recompute", static_cast<std::int64_t>(r.positions.size()) + 1, silent);
  time_transformer(generator, columns, branches);  // warm: first touches of weights and workspaces
  for (const auto position : r.positions) {
    r.transformer.push_back(time_transformer(generator, position, branches));
    bar.update(static_cast<std::int64_t>(r.transformer.size()));
  }
  r.head = time_head(generator);
  r.mean_column = mean_over_row(r, columns) + r.head;
  return r;
}

// Median seconds of a column far enough from the start for every window to be full.
double time_streaming(const model::Generator& generator, const stream::GenerationSettings& settings,
                      int timed, const Device& device) {
  stream::ColumnGenerator columns(generator, settings);
  const stream::Scene scene;
  auto quick = settings;
  quick.solver = {sampling::Method::euler, {}, 1};
  columns.set_settings(quick);
  const auto width = generator->config.token_width;
  for (int i = 0; i < 2 + generator->config.cond_length; ++i)
    columns.next(bench_noise(columns, width, 1), {&scene, 1});
  columns.set_settings(settings);
  columns.next(bench_noise(columns, width, 1), {&scene, 1});
  std::vector<double> seconds;
  for (int i = 0; i < timed; ++i) {
    const auto noise = bench_noise(columns, width, 1);
    const Stopwatch watch;
    columns.next(noise, {&scene, 1});
    synchronize(device);
    seconds.push_back(watch.seconds());
  }
  return median(seconds);
}

void print(const Arguments& a, const Reference& r, double exact, double fast, Precision precision,
           const sampling::SolverSettings& solver, const Device& device) {
  if (a.bench.json) {
    return print_json(
        {{"size", a.size},
         {"columns", a.columns},
         {"device", device.name()},
         {"threads", torch::get_num_threads()},
         {"speedup_exact", r.mean_column / exact},
         {"speedup_default", r.mean_column / fast},
         {"seconds_per_column_reference", r.mean_column},
         {"seconds_per_column_reference_at_the_end", r.transformer.back() + r.head},
         {"seconds_per_column_reference_head", r.head},
         {"reference_positions", r.positions},
         {"reference_transformer_seconds", r.transformer},
         {"reference_method",
          "the transformer timed at the positions given and integrated over the row; the flow head "
          "timed once, 100 Euler steps; float32"},
         {"seconds_per_column_exact", exact},
         {"seconds_per_column_default", fast},
         {"default_precision", name(precision)},
         {"default_solver", sampling::name(solver.method)},
         {"default_grid", sampling::name(solver.grid)},
         {"default_evaluations", solver.evaluations}});
  }
  fmt::print("{} size, {} columns, {}, {} threads\n", a.size, a.columns, device.name(),
             torch::get_num_threads());
  fmt::print("full recompute, float32, 100 Euler steps: {:.2f} s a column on average, {:.2f} s at the end\n",
             r.mean_column, r.transformer.back() + r.head);
  fmt::print("  (transformer timed at {} positions and integrated, flow head {:.2f} s)\n", r.positions.size(),
             r.head);
  fmt::print("streaming, float32, 100 Euler steps: {:.3f} s, {:.1f} times faster\n", exact,
             r.mean_column / exact);
  fmt::print("streaming, {}, {} with {} evaluations: {:.3f} s, {:.1f} times faster\n", name(precision),
             sampling::name(solver.method), solver.evaluations, fast, r.mean_column / fast);
}

void run(const Arguments& a) {
  if (a.columns < 5 || a.columns > 4096) throw Error(ErrorKind::bad_input, "columns", "5 to 4096");
  a.bench.apply_threads();
  const auto device = parse_device(a.bench.device);
  const auto config = published_size(a.size);
  const stream::GenerationSettings defaults;
  Reference reference;
  double exact = 0, fast = 0;
  const auto precision = model::parse_precision(a.fast_precision, device);
  auto generator = random_generator(config, device, Precision::float32);
  reference = measure_reference(generator, a.columns, a.bench.json);
  exact = time_streaming(generator, stream::reference_settings(kGuidance, a.columns, kEulerSteps), a.timed,
                         device);
  if (precision == Precision::int8) model::quantize_blocks(generator);  // before they are rounded
  if (device.kind == Device::Kind::cpu) {
    model::move_to_large_pages(*generator, model::to_torch(precision));
  } else {
    generator->to(model::to_torch(device), model::to_torch(precision));
  }
  fast = time_streaming(generator, defaults, a.timed, device);
  print(a, reference, exact, fast, precision, defaults.solver, device);
}

}  // namespace

void add_bench_reference(CLI::App& bench) {
  auto a = std::make_shared<Arguments>();
  auto* command = bench.add_subcommand("reference", "Streaming against a full recompute for every column");
  command->add_option("--size", a->size, "Published size, with random weights: small, base, large, huge")
      ->capture_default_str();
  command->add_option("--columns", a->columns, "Length of the row")->capture_default_str();
  command->add_option("--timed", a->timed, "Streamed columns that are timed (their median counts)")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command
      ->add_option(
          "--fast-precision", a->fast_precision,
          "Precision of the default: auto (bfloat16 where the processor has it), float32, bfloat16, int8")
      ->capture_default_str();
  a->bench.add_to(*command);
  command->footer(
      "The full recompute is what the published sampler does: every layer over all columns so far for each "
      "new\n"
      "column, then 100 Euler steps of the plain flow head. It is timed at five positions of the row and\n"
      "integrated. `exact` is the streaming generator with the same numbers; `default` the default solver "
      "and\n"
      "precision.\n"
      "Example: equicanvas-cli bench reference --size large --columns 256 --json");
  command->callback([a] { run(*a); });
}

}  // namespace equi::cli
