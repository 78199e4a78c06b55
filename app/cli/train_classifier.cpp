#include <memory>

#include <fmt/format.h>

#include "app/cli/console.h"
#include "app/cli/train.h"
#include "app/cli/train_data.h"
#include "core/media/pending_file.h"
#include "core/train/classifier_trainer.h"
#include "core/train/presets.h"

namespace equi::cli {
namespace {

constexpr std::int64_t kHeight = 128;  // pixels of its pictures; it looks at 64

struct Arguments {
  TrainOptions train;
  DataOptions data;
  std::string output;
};

// Throws now where the result could not be written after the training.
void check_output(const std::filesystem::path& path, const std::filesystem::path& run) {
  const bool in_run = (media::folder_of(path) / "").lexically_normal() == (run / "").lexically_normal();
  if (in_run) return;  // that makes its folder
  const media::PendingFile place(path);
}

void run(const Arguments& a) {
  const Interrupt interrupt;
  train::ClassifierTraining training;
  train::RunOptions run;
  run.steps = 1500;
  run.rate = {2e-3, 50, true, 0.02};
  run.samples_every = 0;
  a.train.apply(run);
  if (a.train.batch > 0) training.batch = a.train.batch;
  training.update.adam = {0.9, 0.99, 1e-8, 0.0};
  training.update.average = 0.99;
  training.update.clip = 1.0;
  training.seed = a.train.seed;
  training.workers = a.train.use_workers(true);
  const auto processes = train::join_processes();
  if (processes->first() && !a.output.empty()) check_output(a.output, run.folder);
  const auto pictures = a.data.open(run, train::tokenizer_preset("demo").scenes, kHeight, training.workers,
                                    *processes, a.train.json, interrupt.token());
  train::ClassifierTrainer trainer(pictures, training, processes);
  const bool silent = a.train.json || !processes->first();
  const auto outcome =
      train::run_training(trainer, run, *processes, progress_lines(silent), interrupt.token());
  if (!processes->first()) return;
  if (!a.output.empty()) train::save_classifier(a.output, trainer.average(), pictures.index().class_names);
  print_outcome(outcome, a.train.folder, a.train.json);
}

}  // namespace

void add_train_classifier(CLI::App& parent) {
  auto a = std::make_shared<Arguments>();
  auto* command = parent.add_subcommand("classifier", "Train the judge that `evaluate demo` uses");
  a->train.add_to(*command);
  a->data.add_to(*command);
  command->add_option("-o,--output", a->output, "Where to write classifier.safetensors");
  command->footer(
      "Example: equicanvas-cli train classifier --scenes --run runs/classifier -o "
      "models/demo/classifier.safetensors");
  command->callback([a] { run(*a); });
}

}  // namespace equi::cli
