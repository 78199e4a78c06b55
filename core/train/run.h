#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>

#include "core/train/communicator.h"
#include "core/train/folder_lock.h"
#include "core/train/metrics_log.h"
#include "core/train/optimizer.h"

namespace equi::train {

// What a run trains: one model with its data, losses and optimizer.
class Trainer {
 public:
  virtual ~Trainer() = default;
  // "tokenizer", "generator", ...: a checkpoint of another kind is not taken.
  virtual std::string kind() const = 0;
  // One optimizer step. `step` counts from 0; everything random in it is a function of the seed and `step`.
  // The first metric is the loss. When it is not finite, weights are left as they were.
  virtual Metrics step(std::int64_t step, double rate) = 0;
  // Losses and figures of the averaged weights on data that is not trained on.
  virtual Metrics held_out() = 0;
  // A picture of what the averaged weights do.
  virtual void write_samples(const std::filesystem::path& path) = 0;
  // Every tensor that the next step depends on.
  virtual std::vector<NamedTensor> state() const = 0;
  // Facts to be stored beside them; "architecture" must be equal for a checkpoint to be resumed, and so must
  // "optimizer" where both say it.
  virtual std::map<std::string, std::string> facts() const = 0;
  // Called after the tensors of state() have been overwritten.
  virtual void state_loaded() = 0;
};

// How a run goes on. Times are in seconds.
struct RunOptions {
  std::filesystem::path folder;    // checkpoint.safetensors, metrics.jsonl, metrics.csv, samples/, .lock
  std::int64_t steps = 1'000'000;  // the run ends after as many
  double time_budget = 0.0;        // or after this time, earlier sittings included; 0: no limit
  RateSchedule rate;
  bool resume = true;  // go on from the folder's checkpoint when there is one
  double checkpoint_every = 120.0;
  double samples_every = 300.0;            // 0: never
  std::int64_t report_every = 20;          // steps
  std::int64_t held_out_every = 250;       // steps; 0: never
  std::shared_ptr<const FolderLock> lock;  // of the folder, by lock_run; the run takes it where there is none
};

// Shown while it goes on.
struct RunProgress {
  std::int64_t step = 0, steps = 0;
  double seconds = 0.0, seconds_left = 0.0, steps_per_second = 0.0, rate = 0.0;
  const Metrics& metrics;
};

struct RunOutcome {
  enum class Ending { steps, time, stopped };
  std::int64_t step = 0;  // taken in all
  double seconds = 0.0;   // in all sittings
  Ending ending = Ending::steps;
  Metrics held_out;  // of the last weights; empty when never asked for
};

// Trains until the steps, the time or the user end it; a checkpoint, atomic, is written at intervals and at
// the end. A stop request ends the run after the step at hand, with a checkpoint.
// Throws Error(numeric) naming the step when the loss is not finite: the checkpoint on disk is then the last
// good one. Throws Error(io) when a checkpoint cannot be written (the one before stays), Error(bad_input)
// when the folder's checkpoint is of another kind, architecture or optimizer, or damaged, or when the
// processes found checkpoints of different steps. Throws Error(io) as well when another program is training
// in the folder.
RunOutcome run_training(Trainer& trainer, const RunOptions& options, Communicator& processes,
                        const std::function<void(const RunProgress&)>& report = {},
                        const std::stop_token& stop = {});

// Makes a run's folder and keeps other programs out of it while the result lives: for who prepares something
// there before the run. All processes call it; the lock is the first one's. Throws Error(io) in all of them
// when another program is training in the folder.
std::shared_ptr<const FolderLock> lock_run(const std::filesystem::path& folder, Communicator& processes);

// The checkpoint of a run's folder.
std::filesystem::path checkpoint_path(const std::filesystem::path& folder);

}  // namespace equi::train
