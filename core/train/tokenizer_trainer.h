#pragma once

#include <memory>

#include "core/model/tokenizer.h"
#include "core/train/adversary.h"
#include "core/train/external_losses.h"
#include "core/train/picture_cache.h"
#include "core/train/run.h"
#include "core/train/updater.h"
#include "core/train/worker_pool.h"

namespace equi::train {

struct TokenizerTraining {
  TokenizerConfig config;
  std::int64_t batch = 8;                           // pictures of a step, in each process
  std::int64_t workers = 1;                         // replicas side by side; 1 on a GPU
  std::int64_t min_columns = 12, max_columns = 24;  // widths of a step's crops
  double gradient_weight = 0.5;                     // of the structural term
  double kl_weight = 0.01;
  double noise = 0.0;  // standard deviation of the posterior noise; 0: the model's
  AdversarySettings adversary;
  ExternalLosses external;
  bool linear_start = false;  // begin as a linear codec in closed form (linear_start.h), not at random
  bool decoder_only = false;  // second stage: the encoder, and so every latent, stays as it is
  Updater::Settings update;
  std::uint64_t seed = 1;
  std::int64_t held_out = 24;  // pictures
  torch::Device device = torch::kCPU;
};

// Trains a tokenizer on crops of a picture cache: L1, the structural term, KL with the posterior noise of
// algorithm.md section 1; from the adversary's start step on hinge GAN with an adaptive weight; LPIPS and a
// feature loss where their modules are given.
class TokenizerTrainer : public Trainer {
 public:
  // Throws Error(bad_input) when the cache's pictures have another height than the model, or there are fewer
  // training pictures than a batch takes.
  TokenizerTrainer(const PictureCache& pictures, TokenizerTraining settings,
                   std::shared_ptr<Communicator> processes);

  // Starts from the weights of another model. Throws Error(bad_input) when it is of another architecture.
  void start_from(const model::Tokenizer& other);

  std::string kind() const override { return "tokenizer"; }
  Metrics step(std::int64_t step, double rate) override;
  Metrics held_out() override;
  void write_samples(const std::filesystem::path& path) override;
  std::vector<NamedTensor> state() const override;
  std::map<std::string, std::string> facts() const override;
  void state_loaded() override;

  // The averaged weights, float32.
  const model::Tokenizer& average() const { return average_; }
  std::int64_t parameter_count() const { return updater_->parameter_count(); }

 private:
  // One worker's share of a step, between its passes.
  struct Work {
    torch::Tensor images, made, kl;         // [b, 3, H, W] float32 twice, scalar with graph
    torch::Tensor rebuild, fool;            // gradients of the losses with respect to `made`
    torch::Tensor rebuild_last, fool_last;  // and with respect to the decoder's last weights
    std::map<std::string, double> losses;   // times the share of the batch
  };
  void forward(std::int64_t worker, std::int64_t step, std::int64_t columns, Work& work);
  void losses(std::int64_t worker, std::int64_t step, Work& work);
  void backward(Work& work, double adversarial_weight) const;
  // Of the adversary's opinion at this step, its share included; 0 while it only learns.
  double adaptive_weight(const std::vector<Work>& works, std::int64_t step) const;
  Metrics averaged(const std::vector<Work>& works) const;
  double weight_of(const Work& work) const;
  torch::Tensor batch_of(Share share, std::int64_t step, std::int64_t columns) const;
  torch::Tensor held_out_images() const;

  const PictureCache& pictures_;
  TokenizerTraining settings_;
  std::shared_ptr<Communicator> processes_;
  WorkerPool pool_;
  std::vector<model::Tokenizer> replicas_;
  std::unique_ptr<Updater> updater_;
  std::unique_ptr<Adversary> adversary_;  // null without GAN
  model::Tokenizer average_;
};

// The averaged weights of a tokenizer run as a module in evaluation mode, float32.
// Throws Error(bad_input) when the file is no tokenizer checkpoint.
model::Tokenizer load_tokenizer(const std::filesystem::path& checkpoint);

}  // namespace equi::train
