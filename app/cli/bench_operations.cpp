#include <map>
#include <memory>
#include <vector>

#include <fmt/format.h>

#include "app/cli/bench.h"
#include "app/cli/console.h"
#include "core/base/error.h"
#include "core/model/precision.h"
#include "core/stream/column_program.h"
#include "core/stream/op_executor.h"

// bench operations: where the time of one column goes on a GPU, kind of operation by kind of operation.
namespace equi::cli {
namespace {

struct Arguments {
  std::string size = "large";
  std::string device = "cuda";
  std::string solver;
  int evaluations = 0;
  std::int64_t batch = 1;
  bool json = false;
};

// Operations that differ in their operands alone have the same name.
std::string name_of(const EquiOp& op) {
  switch (op.kind) {
    case EQUI_OP_LINEAR:
      return fmt::format("product {} -> {}, {} rows, epilogue {}", op.linear.in, op.linear.out,
                         op.linear.rows, op.linear.epilogue);
    case EQUI_OP_GEMM:
      return fmt::format("product {} -> {}, {} rows on tensor cores, epilogue {}", op.gemm.in, op.gemm.out,
                         op.gemm.rows, op.gemm.epilogue);
    case EQUI_OP_NORM_ROWS:
      return fmt::format("norm of {} rows of {}", op.norm_rows.rows, op.norm_rows.width);
    case EQUI_OP_ATTEND_WINDOW:
      return "attention to the window";
    case EQUI_OP_ATTEND_SCENE:
      return "attention to the scene";
    case EQUI_OP_SILU_SUM:
      return "SiLU of time and condition";
    case EQUI_OP_SOLVER_STEP:
      return "solver step";
    case EQUI_OP_SOLVER_PATH:
      return "all solver steps of a sweep";
    default:
      throw Error(ErrorKind::internal, "bench operations", fmt::format("operation {}", op.kind));
  }
}

class Timer {
 public:
  explicit Timer(const Device& device)
      : device_(device), executor_(stream::cuda_executor(model::to_torch(device))) {
    if (executor_ != nullptr) return;
    throw Error(ErrorKind::unsupported, device.name(), "our kernels cannot be used there");
  }

  // Of a list as one graph, the shortest of a few runs.
  double seconds(const std::vector<EquiOp>& ops) {
    constexpr int kRuns = 5;
    const int key = lists_++;
    double shortest = 0;
    for (int i = 0; i <= kRuns; ++i) {  // the first one records the graph
      const Stopwatch watch;
      executor_->run_again(key, ops);
      synchronize(device_);
      if (i == 1 || (i > 1 && watch.seconds() < shortest)) shortest = watch.seconds();
    }
    return shortest;
  }

 private:
  Device device_;
  std::unique_ptr<stream::OpExecutor> executor_;
  int lists_ = 0;
};

struct Kind {
  std::string name;
  std::vector<EquiOp> ops;
};

std::vector<Kind> kinds_of(const std::vector<EquiOp>& ops) {
  std::vector<Kind> kinds;
  std::map<std::string, std::size_t> places;
  for (const auto& op : ops) {
    const auto name = name_of(op);
    const auto [place, is_new] = places.try_emplace(name, kinds.size());
    if (is_new) kinds.push_back({name, {}});
    kinds[place->second].ops.push_back(op);
  }
  return kinds;
}

// A part of the column: as a whole, and each kind of its operations by itself, again and again with the
// weights that they have.
nlohmann::json measure(const std::string& part, const std::vector<EquiOp>& ops, Timer& timer) {
  constexpr std::size_t kAtLeast = 200;  // operations of a timed graph
  nlohmann::json rows = nlohmann::json::array();
  for (const auto& kind : kinds_of(ops)) {
    std::vector<EquiOp> list;
    while (list.size() < kAtLeast) list.insert(list.end(), kind.ops.begin(), kind.ops.end());
    const double each = timer.seconds(list) / static_cast<double>(list.size());
    rows.push_back({{"operation", kind.name}, {"count", kind.ops.size()}, {"seconds_each", each}});
  }
  return {{"part", part}, {"operations", ops.size()}, {"seconds", timer.seconds(ops)}, {"kinds", rows}};
}

void print(const nlohmann::json& document) {
  constexpr double kMicro = 1e6;
  for (const auto& part : document["parts"]) {
    fmt::print("{}: {} operations, {:.1f} us\n", part["part"].get<std::string>(),
               part["operations"].get<int>(), part["seconds"].get<double>() * kMicro);
    for (const auto& kind : part["kinds"]) {
      const double each = kind["seconds_each"].get<double>() * kMicro;
      const auto count = kind["count"].get<int>();
      fmt::print("  {:<62} {:>5} x {:>7.2f} us = {:>7.1f} us\n", kind["operation"].get<std::string>(), count,
                 each, each * count);
    }
  }
}

void run(const Arguments& a) {
  const auto device = parse_device(a.device);
  if (device.kind != Device::Kind::cuda) {
    throw Error(ErrorKind::bad_input, "device", "these are operations of a GPU", "see 'bench column'");
  }
  stream::GenerationSettings settings;
  if (!a.solver.empty()) settings.solver.method = sampling::parse_method(a.solver);
  if (a.evaluations > 0) settings.solver.evaluations = a.evaluations;
  const auto plan = sampling::make_plan(settings.solver);
  const auto config = published_size(a.size);
  Timer timer(device);
  const auto generator = random_generator(config, device, Precision::bfloat16);
  const torch::InferenceMode inference;
  const stream::ColumnProgram program(generator, plan, a.batch, true);
  nlohmann::json parts = nlohmann::json::array();
  parts.push_back(measure("transformer", program.transformer(config.cond_length), timer));
  parts.push_back(measure("flow head", program.flow(), timer));
  const nlohmann::json document = {{"size", a.size},
                                   {"device", device.name()},
                                   {"batch", a.batch},
                                   {"solver", sampling::name(settings.solver.method)},
                                   {"evaluations", settings.solver.evaluations},
                                   {"parts", parts}};
  if (a.json) return print_json(document);
  print(document);
}

}  // namespace

void add_bench_operations(CLI::App& bench) {
  auto a = std::make_shared<Arguments>();
  auto* command =
      bench.add_subcommand("operations", "Where the time of one column goes on a GPU, by operation");
  command->add_option("--size", a->size, "A published size with random weights: small, base, large, huge")
      ->capture_default_str();
  command->add_option("--device", a->device, "cuda or cuda:N")->capture_default_str();
  command->add_option("--solver", a->solver, "Method of the solver (the default's)");
  command->add_option("--evaluations", a->evaluations, "Velocity evaluations for each column (the default's)")
      ->check(CLI::Range(1, 10000));
  command->add_option("--batch", a->batch, "Panoramas at once")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command->add_flag("--json", a->json, "Print JSON");
  command->footer(
      "A column's list of operations as one graph, and each kind of operation by itself, many of them in a\n"
      "graph. What the kinds do not add up to is what they wait for each other, or what fits no cache.\n"
      "Example: equicanvas-cli bench operations --size large --evaluations 100 --solver euler");
  command->callback([a] { run(*a); });
}

}  // namespace equi::cli
