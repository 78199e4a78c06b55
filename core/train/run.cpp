#include "core/train/run.h"

#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/train/files.h"
#include "core/train/state_file.h"

namespace equi::train {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

constexpr std::int64_t kMostSteps = 1'000'000'000'000;
constexpr double kMostSeconds = 1e12;

// Throws when a checkpoint with the facts `stored` cannot be gone on from by a run with the facts `own`.
void check_kin(const std::map<std::string, std::string>& stored,
               const std::map<std::string, std::string>& own, const std::string& kind,
               const std::filesystem::path& path) {
  const auto refuse = [&](const std::string& what, const std::string& hint) {
    throw Error(ErrorKind::bad_input, path.string(), what, hint);
  };
  if (fact(stored, "kind", path) != kind) {
    refuse(fmt::format("is the checkpoint of a {}, this run trains a {}", printable(stored.at("kind"), 40),
                       kind),
           "choose another run folder");
  }
  if (fact(stored, "architecture", path) != own.at("architecture")) {
    refuse("is of another architecture than this run's",
           "choose another run folder, or the sizes that it was begun with");
  }
  // Older checkpoints do not say it.
  const auto theirs = stored.find("optimizer"), ours = own.find("optimizer");
  if (theirs != stored.end() && ours != own.end() && theirs->second != ours->second) {
    refuse(fmt::format("was trained with the optimizer {}, this run has {}", printable(theirs->second, 40),
                       ours->second),
           "go on with the --optimizer that it was begun with, or choose another run folder");
  }
}

class Run {
 public:
  Run(Trainer& trainer, const RunOptions& options, Communicator& processes,
      const std::function<void(const RunProgress&)>& report)
      : trainer_(trainer),
        options_(options),
        processes_(processes),
        report_(report),
        lock_(options.lock ? options.lock : lock_run(options.folder, processes)) {
    make_folder(options.folder / "samples");
    const auto path = checkpoint_path(options.folder);
    if (options.resume && std::filesystem::exists(path)) load(path);
    compare_steps();
    first_step_ = step_;
    if (processes.first()) log_.emplace(options.folder, step_);
    processes.barrier();
  }

  RunOutcome go(const std::stop_token& stop) {
    auto ending = RunOutcome::Ending::steps;
    while (step_ < options_.steps) {
      if (processes_.any(stop.stop_requested())) {
        ending = RunOutcome::Ending::stopped;
        break;
      }
      if (processes_.any(options_.time_budget > 0 && seconds() >= options_.time_budget)) {
        ending = RunOutcome::Ending::time;
        break;
      }
      one_step();
      at_intervals();
    }
    if (step_ > saved_step_) save();
    if (ending != RunOutcome::Ending::stopped && step_ > first_step_) look();
    return {step_, seconds(), ending, held_out_};
  }

 private:
  double seconds() const { return earlier_seconds_ + seconds_since(start_); }

  // Throws in all processes when they do not stand at the same step.
  void compare_steps() {
    const auto own = static_cast<double>(step_);
    std::vector<torch::Tensor> mean = {torch::full({1}, own, torch::kFloat64)};
    processes_.average(mean);
    // Of different whole numbers one is at least a half away from their mean.
    if (!processes_.any(std::abs(mean[0].item<double>() - own) > 0.25)) return;
    throw Error(
        ErrorKind::bad_input, options_.folder.string(),
        fmt::format("the processes of the run found different checkpoints (this one: step {})", step_),
        "give all of them one run folder, on a disk that they share");
  }

  // The same in all processes, so that their learning rates are: each has a clock of its own.
  double progress() const {
    const double by_steps = static_cast<double>(step_) / static_cast<double>(options_.steps);
    if (options_.time_budget <= 0) return by_steps;
    std::vector<torch::Tensor> time = {torch::full({1}, seconds(), torch::kFloat64)};
    processes_.average(time);
    return std::max(by_steps, time[0].item<double>() / options_.time_budget);
  }

  void one_step() {
    const double rate = options_.rate.at(step_, progress());
    const auto metrics = trainer_.step(step_, rate);
    for (const auto& [name, value] : metrics) {
      if (std::isfinite(value)) continue;
      throw Error(ErrorKind::numeric, fmt::format("step {}", step_), fmt::format("{} is not finite", name),
                  fmt::format("the last good checkpoint is that of step {}; resume with a lower --rate",
                              std::max<std::int64_t>(saved_step_, 0)));
    }
    ++step_;
    mean_.add(metrics);
    if (step_ % options_.report_every == 0 || step_ == options_.steps) show(rate);
  }

  void show(double rate) {
    auto metrics = mean_.take();
    const double sitting = seconds_since(start_);
    const double speed = static_cast<double>(step_ - first_step_) / std::max(sitting, 1e-9);
    double left = static_cast<double>(options_.steps - step_) / std::max(speed, 1e-9);
    if (options_.time_budget > 0) left = std::min(left, options_.time_budget - seconds());
    metrics.emplace_back("rate", rate);
    metrics.emplace_back("steps_per_second", speed);
    metrics.emplace_back("seconds", seconds());
    if (log_) log_->write(step_, "train", metrics);
    if (report_) report_({step_, options_.steps, seconds(), left, speed, rate, metrics});
  }

  void at_intervals() {
    const double now = seconds();
    if (processes_.any(now - last_save_ >= options_.checkpoint_every)) save();
    const bool last = step_ == options_.steps;
    if (options_.held_out_every > 0 && step_ % options_.held_out_every == 0 && !last) measure();
    if (options_.samples_every > 0 && now - last_samples_ >= options_.samples_every) draw();
  }

  void look() {
    if (options_.held_out_every > 0) measure();
    if (options_.samples_every > 0) draw();
  }

  void measure() {
    held_out_ = trainer_.held_out();
    if (log_) log_->write(step_, "held_out", held_out_);
    if (report_) report_({step_, options_.steps, seconds(), 0.0, 0.0, 0.0, held_out_});
  }

  void draw() {
    last_samples_ = seconds();
    if (processes_.first()) {
      trainer_.write_samples(options_.folder / "samples" / fmt::format("{:07}.png", step_));
    }
  }

  void save() {
    last_save_ = seconds();
    if (processes_.first()) {
      auto facts = trainer_.facts();
      facts["kind"] = trainer_.kind();
      facts["step"] = std::to_string(step_);
      facts["seconds"] = fmt::format("{:.3f}", seconds());
      save_state(checkpoint_path(options_.folder), trainer_.state(), facts);
    }
    saved_step_ = step_;
    processes_.barrier();
  }

  void load(const std::filesystem::path& path) {
    const auto stored = read_facts(path);
    check_kin(stored, trainer_.facts(), trainer_.kind(), path);
    const auto stored_step = whole_fact(stored, "step", path, 0, kMostSteps);
    const auto stored_seconds = number_fact(stored, "seconds", path, 0.0, kMostSeconds);
    load_state(path, trainer_.state());
    trainer_.state_loaded();
    step_ = saved_step_ = stored_step;
    earlier_seconds_ = stored_seconds;
    last_save_ = last_samples_ = earlier_seconds_;
  }

  Trainer& trainer_;
  const RunOptions& options_;
  Communicator& processes_;
  const std::function<void(const RunProgress&)>& report_;
  std::shared_ptr<const FolderLock> lock_;
  std::optional<MetricsLog> log_;
  Clock::time_point start_ = Clock::now();
  double earlier_seconds_ = 0.0, last_save_ = 0.0, last_samples_ = 0.0;
  std::int64_t step_ = 0, first_step_ = 0, saved_step_ = -1;
  MetricsMean mean_;
  Metrics held_out_;
};

}  // namespace

std::shared_ptr<const FolderLock> lock_run(const std::filesystem::path& folder, Communicator& processes) {
  make_folder(folder);
  auto lock = std::make_shared<FolderLock>();
  if (processes.any(processes.first() && !lock->take(folder / ".lock"))) {
    throw Error(ErrorKind::io, folder.string(), "another program is training there",
                "wait for it, stop it first, or choose another run folder");
  }
  return lock;
}

std::filesystem::path checkpoint_path(const std::filesystem::path& folder) {
  return folder / "checkpoint.safetensors";
}

RunOutcome run_training(Trainer& trainer, const RunOptions& options, Communicator& processes,
                        const std::function<void(const RunProgress&)>& report, const std::stop_token& stop) {
  return Run(trainer, options, processes, report).go(stop);
}

}  // namespace equi::train
