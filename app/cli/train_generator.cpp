#include <memory>
#include <optional>

#include <fmt/format.h>

#include "app/cli/console.h"
#include "app/cli/train.h"
#include "app/cli/train_data.h"
#include "core/model/weights.h"
#include "core/train/presets.h"
#include "core/train/start_point.h"

namespace equi::cli {
namespace {

struct Arguments {
  TrainOptions train;
  DataOptions data;
  std::string tokenizer, start_from;
  std::int64_t latents = 0;
  std::optional<double> context_noise, resample;
};

// What the latents are made from: an encoder and pictures.
std::string origin_of(const std::filesystem::path& folder, const train::PictureCache& pictures) {
  return fmt::format("tokenizer {}; {}", train::tokenizer_hash(folder), pictures.index().origin);
}

void run(const Arguments& a) {
  const Interrupt interrupt;
  auto preset = train::generator_preset(a.train.preset);
  auto& training = preset.training;
  const auto device = parse_device(a.train.device);
  a.train.apply(preset.run);
  if (a.train.batch > 0) training.batch = a.train.batch;
  a.train.apply(training.update);
  if (a.latents > 0) preset.latents.count = a.latents;
  if (a.context_noise) training.context_noise = *a.context_noise;
  if (a.resample) training.resample = *a.resample;
  training.seed = preset.latents.seed = a.train.seed;
  training.device = preset.latents.device = model::to_torch(device);
  auto processes = train::join_processes(training.device);
  const auto tokenizer = train::tokenizer_of(a.tokenizer);
  model::Generator begin{nullptr};
  if (!a.start_from.empty()) {
    begin = train::generator_of(a.start_from);
    training.config = begin->config;
  }
  const bool dropout = training.config.attention_dropout > 0 || training.config.projection_dropout > 0;
  const auto replicas = a.train.use_workers(device.kind == Device::Kind::cpu);
  const auto pictures =
      a.data.open(preset.run, train::tokenizer_preset(a.train.preset).scenes, tokenizer->config.image_height,
                  replicas, *processes, a.train.json, interrupt.token());
  training.config.class_count = static_cast<int>(pictures.class_count());
  training.config.token_width = tokenizer->config.token_width;
  std::optional<ProgressBar> bar;
  const auto encode = [&] {
    return train::encode_latents(
        std::filesystem::path(a.train.folder) / "latents.safetensors", tokenizer, pictures, preset.latents,
        origin_of(a.tokenizer, pictures), replicas,
        [&](std::int64_t done, std::int64_t total) {
          if (!bar) bar.emplace("latents", total, a.train.json);
          bar->update(done);
        },
        interrupt.token());
  };
  train::LatentCache latents;
  processes->wait_for_first([&] { latents = encode(); });
  if (!processes->first()) latents = encode();  // finds the first one's
  bar.reset();
  training.workers = a.train.use_workers(device.kind == Device::Kind::cpu && !dropout);
  train::GeneratorTrainer trainer(std::move(latents), tokenizer, training, processes);
  if (begin) trainer.start_from(begin);
  if (!a.train.json && processes->first()) say(fmt::format("{} parameters\n", trainer.parameter_count()));
  const auto outcome =
      train::run_training(trainer, preset.run, *processes,
                          progress_lines(a.train.json || !processes->first()), interrupt.token());
  if (processes->first()) print_outcome(outcome, a.train.folder, a.train.json);
}

}  // namespace

void add_train_generator(CLI::App& parent) {
  auto a = std::make_shared<Arguments>();
  auto* command = parent.add_subcommand("generator", "Train the model that makes the next column");
  a->train.add_to(*command);
  a->train.add_model_to(*command);
  a->data.add_to(*command);
  command->add_option("--tokenizer", a->tokenizer, "Folder of the tokenizer's run, or of a model")
      ->required();
  command->add_option(
      "--init", a->start_from,
      "Start from the weights of another run (its averaged ones) or of a model: a folder. Its "
      "classes may be others");
  command->add_option("--latents", a->latents, "Crops to encode before training")
      ->check(CLI::Range(1, 1'000'000'000));
  command
      ->add_option(
          "--context-noise", a->context_noise,
          "Noise, at most, on the columns that are looked back at while training, in tokens' standard "
          "deviations (the preset's)")
      ->check(number_within(0.0, 4.0));
  command
      ->add_option(
          "--resample", a->resample,
          "Flow time, at most, from which the model itself remakes the columns that are looked back at "
          "while training, so that it meets its own errors (the preset's)")
      ->check(number_within(0.0, 1.0));
  command->footer(
      "The pictures are encoded once, before the first step, into latents.safetensors in the run's folder.\n"
      "Example: equicanvas-cli train generator --scenes --tokenizer runs/tokenizer --run runs/generator");
  command->callback([a] { run(*a); });
}

}  // namespace equi::cli
