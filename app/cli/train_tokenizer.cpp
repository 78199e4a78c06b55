#include <memory>

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
  std::string start_from;
  bool decoder_only = false, linear = false;
  std::int64_t gan_start = -1, gan_warmup = 200;
  double gan_weight = 0.5, noise = 0.0;
  train::ExternalLosses::Settings external;
};

void run(const Arguments& a) {
  const Interrupt interrupt;
  auto preset = train::tokenizer_preset(a.train.preset);
  auto& training = preset.training;
  const auto device = parse_device(a.train.device);
  a.train.apply(preset.run);
  if (a.train.batch > 0) training.batch = a.train.batch;
  a.train.apply(training.update);
  training.seed = a.train.seed;
  training.decoder_only = a.decoder_only;
  training.noise = a.noise;
  training.linear_start = a.linear;
  training.workers = a.train.use_workers(device.kind == Device::Kind::cpu);
  training.device = model::to_torch(device);
  training.adversary.start = a.gan_start;
  training.adversary.warmup = a.gan_warmup;
  training.adversary.weight = a.gan_weight;
  training.external = train::ExternalLosses(a.external, training.device);
  model::Tokenizer begin{nullptr};
  if (!a.start_from.empty()) {
    begin = train::tokenizer_of(a.start_from);
    training.config = begin->config;
  }
  auto processes = train::join_processes(training.device);
  const auto pictures = a.data.open(preset.run, preset.scenes, training.config.image_height, training.workers,
                                    *processes, a.train.json, interrupt.token());
  train::TokenizerTrainer trainer(pictures, training, processes);
  if (begin) trainer.start_from(begin);
  if (!a.train.json && processes->first()) {
    say(fmt::format("{} parameters; {} training pictures, {} held out\n", trainer.parameter_count(),
                    pictures.training_count(), pictures.held_out_count()));
  }
  const auto outcome =
      train::run_training(trainer, preset.run, *processes,
                          progress_lines(a.train.json || !processes->first()), interrupt.token());
  if (processes->first()) print_outcome(outcome, a.train.folder, a.train.json);
}

}  // namespace

void add_train_tokenizer(CLI::App& parent) {
  auto a = std::make_shared<Arguments>();
  auto* command = parent.add_subcommand("tokenizer", "Train the picture <-> column-token model");
  a->train.add_to(*command);
  a->train.add_model_to(*command);
  a->data.add_to(*command);
  command->add_option("--init", a->start_from,
                      "Start from the weights of another run (its averaged ones) or of a model: a folder");
  command->add_flag("--linear-start", a->linear,
                    "Begin as a linear codec of the pictures, computed in closed form, not at random");
  command->add_flag("--decoder-only", a->decoder_only,
                    "Second stage: train the decoder alone; tokens made earlier stay valid");
  command
      ->add_option(
          "--noise", a->noise,
          "Standard deviation of the noise on tokens (default: the model's posterior's); more makes the "
          "decoder forgive what a generator gets slightly wrong")
      ->check(number_within(0.0, 100.0));
  command->add_option("--gan-start", a->gan_start, "Step from which a PatchGAN takes part (default: never)");
  command
      ->add_option(
          "--gan-warmup", a->gan_warmup,
          "Steps that its discriminator learns alone; as many again until its opinion has its weight")
      ->check(CLI::Range(0, 1'000'000))
      ->capture_default_str();
  command
      ->add_option("--gan-weight", a->gan_weight,
                   "Weight of its opinion: 1 pulls at the last layer as hard as the reconstruction does")
      ->check(number_within(0.0, 100.0))
      ->capture_default_str();
  command->add_option("--lpips", a->external.lpips, "TorchScript module: (made, wanted) -> distance");
  command->add_option("--features", a->external.features,
                      "TorchScript module: picture -> features, as a DINOv2");
  command->add_option("--features-start", a->external.features_start, "Step from which it takes part")
      ->capture_default_str();
  command->footer("Example: equicanvas-cli train tokenizer --scenes --run runs/tokenizer --time-budget 60m");
  command->callback([a] { run(*a); });
}

}  // namespace equi::cli
