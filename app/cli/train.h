#pragma once

#include <filesystem>
#include <string>

#include <CLI/CLI.hpp>

#include "core/train/run.h"
#include "core/train/updater.h"

// What the sub-commands of `train` share.
namespace equi::cli {

// Each adds one sub-command of `train`; one source file each.
void add_train_tokenizer(CLI::App& train);
void add_train_generator(CLI::App& train);
void add_train_classifier(CLI::App& train);
void add_train_bundle(CLI::App& train);

// Accepts numbers of `low` to `high`, ends included, and nothing else. (CLI::Range lets "nan" through.)
CLI::Validator number_within(double low, double high);

// The options of training runs; empty or 0 means: as the preset says.
struct TrainOptions {
  std::string folder;
  std::string preset = "demo";
  std::int64_t steps = 0, batch = 0, workers = 0, warmup = -1;
  std::string time_budget;
  double rate = 0.0;
  std::string schedule, optimizer;
  std::uint64_t seed = 1;
  std::string device = "cpu", precision;
  double checkpoint_every = 120.0, samples_every = -1.0;
  std::int64_t held_out_every = -1;
  bool anew = false, json = false;

  // Those that every run has, and those of the runs that train a part of a model.
  void add_to(CLI::App& command);
  void add_model_to(CLI::App& command);
  // Lays them over a preset's run, and its optimizer.
  void apply(train::RunOptions& run) const;
  void apply(train::Updater::Settings& update) const;
  // Replicas side by side: as asked, or one for each core. Sets libtorch to one thread for each.
  std::int64_t use_workers(bool side_by_side) const;
};

// Seconds of "90m", "1h30m", "45s" or "600". Throws Error(bad_input).
double parse_duration(const std::string& text);

// Prints a line for each report to standard error, nothing when `silent`.
std::function<void(const train::RunProgress&)> progress_lines(bool silent);

// Prints how a run ended, as text or JSON, and sets the exit code 130 when it was stopped.
void print_outcome(const train::RunOutcome& outcome, const std::filesystem::path& folder, bool json);

}  // namespace equi::cli
