#include <memory>

#include <fmt/format.h>

#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "core/base/error.h"
#include "core/eval/golden.h"

namespace equi::cli {
namespace {

struct Arguments {
  std::string model;
  std::vector<std::string> golden;
  std::string device = "cpu";
  std::string precision = "float32";
  bool json = false;
};

nlohmann::json to_json(const eval::GoldenResult& r) {
  nlohmann::json row = {{"name", r.name}};
  if (!r.skipped.empty()) {
    row["skipped"] = r.skipped;
    return row;
  }
  row["relative_error"] = r.error;
  row["bound"] = r.bound ? nlohmann::json(*r.bound) : nlohmann::json();
  row["ok"] = !r.failed();
  return row;
}

void print_row(const eval::GoldenResult& r) {
  if (!r.skipped.empty()) {
    fmt::print("{:<58}  skipped: {}\n", r.name, r.skipped);
  } else if (r.bound) {
    fmt::print("{:<58}  {:.3e}  {} {:.0e}\n", r.name, r.error, r.failed() ? "ABOVE" : "within", *r.bound);
  } else {
    fmt::print("{:<58}  {:.3e}  no bound\n", r.name, r.error);
  }
}

std::vector<eval::GoldenResult> verify_all(const Arguments& a, const model::Model& model) {
  std::vector<eval::GoldenResult> all;
  for (const auto& path : a.golden) {
    auto results = eval::verify_golden(model, SafetensorsFile::open(path));
    all.insert(all.end(), results.begin(), results.end());
  }
  std::ranges::stable_sort(all, {}, [](const auto& r) { return r.skipped.empty() ? r.error : -1.0; });
  return all;
}

void run(const Arguments& a) {
  const auto model = model::load_model(Bundle::open(a.model, true), parse_device(a.device),
                                       parse_tensor_precision(a.precision));
  const auto results = verify_all(a, model);
  std::size_t failed = 0, judged = 0;
  for (const auto& r : results) {
    failed += r.failed() ? 1U : 0U;
    judged += r.skipped.empty() && r.bound ? 1U : 0U;
  }
  if (judged == 0) {
    throw Error(ErrorKind::bad_input, a.golden.front(), "no tensor in it has a name that verify knows");
  }
  if (a.json) {
    auto rows = nlohmann::json::array();
    for (const auto& r : results) rows.push_back(to_json(r));
    print_json({{"device", model.device.name()},
                {"precision", name(model.precision)},
                {"compared", judged},
                {"failed", failed},
                {"largest_relative_error", results.back().error},
                {"ok", failed == 0},
                {"tensors", rows}});
  } else {
    for (const auto& r : results) print_row(r);
    fmt::print("{} tensors compared on {} in {}, {} outside the bound\n", judged, model.device.name(),
               name(model.precision), failed);
  }
  set_exit_code(failed == 0 ? 0 : 1);
}

}  // namespace

void add_verify(CLI::App& app) {
  auto a = std::make_shared<Arguments>();
  auto* command = app.add_subcommand("verify", "Compare a bundle with recorded outputs of the authors' code");
  command->add_option("--model", a->model, "Folder of the bundle")->required();
  command->add_option("--golden", a->golden, "Recorded tensors (.safetensors); may be given several times")
      ->required();
  command->add_option("--device", a->device, "cpu, cuda, cuda:N or auto")->capture_default_str();
  command->add_option("--precision", a->precision, "float32 or bfloat16")->capture_default_str();
  command->add_flag("--json", a->json, "Print JSON");
  command->footer(
      "Prints the relative error of every tensor whose name it knows, the largest last; exit code 0 only "
      "when\n"
      "all are within the bound (float32: 1e-4 on the CPU, 1e-3 on CUDA; bfloat16: 3e-2 on velocities).\n"
      "Example: equicanvas-cli verify --model tiny --golden tests/data/golden/generator_tiny_io.safetensors");
  command->callback([a] { run(*a); });
}

}  // namespace equi::cli
