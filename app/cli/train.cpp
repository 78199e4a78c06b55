#include "app/cli/train.h"

#include <cmath>
#include <cstdlib>
#include <thread>

#include <fmt/format.h>

#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "core/base/error.h"
#include "core/train/presets.h"

namespace equi::cli {
namespace {

constexpr std::int64_t kMostSteps = 1'000'000'000'000;
constexpr double kMostSeconds = 1e9;

std::string clock_of(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::max(seconds, 0.0));
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

const char* ending_name(train::RunOutcome::Ending ending) {
  switch (ending) {
    case train::RunOutcome::Ending::steps:
      return "steps";
    case train::RunOutcome::Ending::time:
      return "time";
    case train::RunOutcome::Ending::stopped:
      break;
  }
  return "stopped";
}

}  // namespace

CLI::Validator number_within(double low, double high) {
  const auto range = fmt::format("{} to {}", low, high);
  return {[low, high, range](std::string& text) {
            double value = 0.0;
            const bool number = CLI::detail::lexical_cast(text, value);
            if (number && value >= low && value <= high) return std::string();
            return fmt::format("{} is not a number from {}", printable(text), range);
          },
          range};
}

void TrainOptions::add_to(CLI::App& c) {
  c.add_option("--run", folder, "Folder of the run: checkpoint, metrics, samples")->required();
  c.add_option("--steps", steps, "End after as many steps")->check(CLI::Range(std::int64_t{1}, kMostSteps));
  c.add_option("--time-budget", time_budget,
               "End after this time, as 90m or 1h30m, earlier sittings included");
  c.add_option("--batch", batch, "Samples of a step, in each process")->check(CLI::Range(1, 1'000'000));
  c.add_option("--rate", rate, "Peak learning rate")->check(number_within(1e-12, 1e3));
  c.add_option("--warmup", warmup, "Steps of linear rise")->check(CLI::Range(std::int64_t{0}, kMostSteps));
  c.add_option("--schedule", schedule, "Learning rate after the warm-up")
      ->check(CLI::IsMember({"constant", "cosine"}));
  c.add_option("--workers", workers, "Replicas side by side on the CPU (default: one for each core)")
      ->check(CLI::Range(0, 1024));
  c.add_option("--seed", seed, "Seed of everything random")->capture_default_str();
  c.add_option("--checkpoint-every", checkpoint_every, "Seconds between checkpoints")
      ->check(number_within(0.0, kMostSeconds))
      ->capture_default_str();
  c.add_option("--samples-every", samples_every, "Seconds between sample pictures; 0: none")
      ->check(number_within(0.0, kMostSeconds));
  c.add_option("--held-out-every", held_out_every, "Steps between held-out measurements; 0: none")
      ->check(CLI::Range(std::int64_t{0}, kMostSteps));
  c.add_flag("--anew", anew, "Begin anew even when the folder has a checkpoint");
  c.add_flag("--json", json, "Print JSON");
}

void TrainOptions::add_model_to(CLI::App& c) {
  c.add_option("--preset", preset, "Sizes and settings")
      ->check(CLI::IsMember(train::preset_names()))
      ->capture_default_str();
  c.add_option("--optimizer", optimizer, "adamw, or muon: it for the matrices, AdamW for the rest")
      ->check(CLI::IsMember({"adamw", "muon"}));
  c.add_option("--device", device, "cpu, cuda, cuda:N or auto")->capture_default_str();
  c.add_option("--precision", precision, "float32 or bfloat16 (weights are kept in float32 either way)");
}

void TrainOptions::apply(train::RunOptions& run) const {
  run.folder = folder;
  if (steps > 0) run.steps = steps;
  if (!time_budget.empty()) run.time_budget = parse_duration(time_budget);
  if (rate > 0) run.rate.peak = rate;
  if (warmup >= 0) run.rate.warmup = warmup;
  if (!schedule.empty()) run.rate.cosine = schedule == "cosine";
  run.checkpoint_every = checkpoint_every;
  if (samples_every >= 0) run.samples_every = samples_every;
  if (held_out_every >= 0) run.held_out_every = held_out_every;
  run.resume = !anew;
}

void TrainOptions::apply(train::Updater::Settings& update) const {
  if (!precision.empty()) update.precision = parse_tensor_precision(precision);
  if (optimizer == "adamw") update.adam.muon = 0.0;
  if (optimizer == "muon" && update.adam.muon == 0.0) update.adam.muon = train::kMuonMomentum;
}

std::int64_t TrainOptions::use_workers(bool side_by_side) const {
  if (workers < 0 || workers > 1024) throw Error(ErrorKind::bad_input, "workers", "must be 1 to 1024");
  const auto cores = std::max<std::int64_t>(std::thread::hardware_concurrency(), 1);
  if (!side_by_side) {
    torch::set_num_threads(static_cast<int>(workers > 0 ? workers : cores));
    return 1;
  }
  // Crops have many widths. Beyond oneDNN's own limit of 1024 convolutions it compiles some anew in every
  // step.
  setenv("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "16384", 0);
  torch::set_num_threads(1);
  return workers > 0 ? workers : cores;
}

double parse_duration(const std::string& text) {
  double total = 0.0;
  const char* at = text.c_str();
  while (*at != '\0') {
    char* end = nullptr;
    const double number = std::strtod(at, &end);
    double unit = 1.0;
    if (*end == 'h') unit = 3600.0;
    if (*end == 'm') unit = 60.0;
    const bool known = *end == '\0' || *end == 'h' || *end == 'm' || *end == 's';
    if (end == at || !known || !(number >= 0) || !std::isfinite(number)) {
      throw Error(ErrorKind::bad_input, "time-budget", fmt::format("'{}' is no duration", printable(text)),
                  "90m, 1h30m, 45s or a number of seconds");
    }
    total += number * unit;
    at = *end == '\0' ? end : end + 1;
  }
  if (total > 0) return total;
  throw Error(ErrorKind::bad_input, "time-budget", "must be longer than nothing");
}

std::function<void(const train::RunProgress&)> progress_lines(bool silent) {
  if (silent) return {};
  return [](const train::RunProgress& p) {
    std::string line = fmt::format("step {:>6}", p.step);
    const bool training = p.steps_per_second > 0;
    if (!training) line += "  held out:";
    for (const auto& [name, value] : p.metrics) {
      if (name != "rate" && name != "steps_per_second" && name != "seconds") {
        line += fmt::format("  {} {:.4g}", name, value);
      }
    }
    if (training) {
      line += fmt::format("  rate {:.2g}  {:.2f} steps/s  {} left", p.rate, p.steps_per_second,
                          clock_of(p.seconds_left));
    }
    say(fmt::format("{}\n", line));
  };
}

void print_outcome(const train::RunOutcome& outcome, const std::filesystem::path& folder, bool json) {
  const bool stopped = outcome.ending == train::RunOutcome::Ending::stopped;
  if (stopped) set_exit_code(exit_code(ErrorKind::cancelled));
  if (json) {
    nlohmann::json document = {{"folder", folder.string()},
                               {"step", outcome.step},
                               {"seconds", outcome.seconds},
                               {"ending", ending_name(outcome.ending)}};
    for (const auto& [name, value] : outcome.held_out) document["held_out"][name] = value;
    return print_json(document);
  }
  fmt::print("{}: {} steps in {}{}", folder.string(), outcome.step, clock_of(outcome.seconds),
             stopped ? ", stopped; the same command goes on from here" : "");
  for (const auto& [name, value] : outcome.held_out) fmt::print(", held-out {} {:.4g}", name, value);
  fmt::print("\n");
}

void add_train(CLI::App& app) {
  auto* command = app.add_subcommand("train", "Train a model of your own");
  command->require_subcommand(1);
  add_train_tokenizer(*command);
  add_train_generator(*command);
  add_train_classifier(*command);
  add_train_bundle(*command);
  command->footer(
      "A model is made in three steps: train tokenizer, train generator on it, train bundle from both.\n"
      "Example: equicanvas-cli train tokenizer --scenes --run runs/tokenizer --time-budget 90m");
}

}  // namespace equi::cli
