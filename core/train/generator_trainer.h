#pragma once

#include <memory>

#include "core/model/generator.h"
#include "core/model/tokenizer.h"
#include "core/train/latent_cache.h"
#include "core/train/run.h"
#include "core/train/updater.h"
#include "core/train/worker_pool.h"

namespace equi::train {

struct GeneratorTraining {
  GeneratorConfig config;      // class_count and token_width as the data has them
  std::int64_t batch = 64;     // rows of columns of a step, in each process
  std::int64_t workers = 1;    // replicas side by side; 1 where dropout is used or on a GPU
  double context_noise = 0.0;  // standard deviation, at most, of noise on the columns that are looked back at
  double resample = 0.0;  // 0..1: the flow time, at most, from which the model remakes those columns itself
  double sample_guidance = 3.0;  // of the sample grids
  Updater::Settings update;
  std::uint64_t seed = 1;
  torch::Device device = torch::kCPU;
};

// Trains a generator on encoded crops by the published recipe (algorithm.md section 4); the tokens are drawn
// from the tokenizer's posterior (section 1), as the authors' code does.
class GeneratorTrainer : public Trainer {
 public:
  // `tokenizer` decodes the sample grids. Throws Error(bad_input) when the rows are shorter than the model's
  // train_columns or fewer than a batch takes.
  GeneratorTrainer(LatentCache latents, model::Tokenizer tokenizer, GeneratorTraining settings,
                   std::shared_ptr<Communicator> processes);

  // Starts from the weights of another model, which may know other classes: their embeddings then stay
  // random. Throws Error(bad_input) when anything else is of another shape.
  void start_from(const model::Generator& other);

  std::string kind() const override { return "generator"; }
  Metrics step(std::int64_t step, double rate) override;
  Metrics held_out() override;
  void write_samples(const std::filesystem::path& path) override;
  std::vector<NamedTensor> state() const override;
  std::map<std::string, std::string> facts() const override;
  void state_loaded() override { updater_->publish(); }

  const model::Generator& average() const { return average_; }
  std::int64_t parameter_count() const { return updater_->parameter_count(); }

 private:
  struct Batch {
    torch::Tensor tokens;   // [B, T, E] to be predicted
    torch::Tensor context;  // [B, T, E] what the transformer sees
    torch::Tensor remade;   // [B, T, E] noise of the columns that are remade
    torch::Tensor from;     // [B] flow time from which a row's columns are remade
    torch::Tensor labels;   // [B]
    torch::Tensor dropped;  // [B] bool: label dropped
    torch::Tensor time;     // [mul * B * T]
    torch::Tensor noise;    // [mul * B * T, E]
  };
  Batch draw(Share share, std::int64_t step) const;
  // The columns that the next one looks back at as the model itself would have made them, from partly noised
  // ones, so that it meets its own errors while it learns: [B, T, E] float32. conditions [B, T, width]: what
  // it knows before each.
  torch::Tensor remade(const model::Generator& generator, const Batch& batch,
                       const torch::Tensor& conditions) const;
  double share(std::int64_t worker, std::int64_t step, double shift);

  LatentCache latents_;
  model::Tokenizer tokenizer_;
  GeneratorTraining settings_;
  std::shared_ptr<Communicator> processes_;
  WorkerPool pool_;
  std::vector<model::Generator> replicas_;
  std::unique_ptr<Updater> updater_;
  model::Generator average_;
};

// Mean squared velocity error at each column: [T] float64 on the CPU. tokens [B, T, E] in generator space;
// every token is met at `times` evenly spaced times with noise that is a function of the seed.
torch::Tensor position_losses(const model::Generator& generator, const torch::Tensor& tokens,
                              const torch::Tensor& labels, std::int64_t times, std::uint64_t seed);

// The averaged weights of a generator run as a module in evaluation mode, float32.
// Throws Error(bad_input) when the file is no generator checkpoint.
model::Generator load_generator(const std::filesystem::path& checkpoint);

}  // namespace equi::train
