#pragma once

#include <memory>

#include "core/train/discriminator.h"
#include "core/train/updater.h"
#include "core/train/worker_pool.h"

namespace equi::train {

struct AdversarySettings {
  std::int64_t start = -1;     // the step from which the discriminator learns; negative: never
  std::int64_t channels = 32;  // of the discriminator's first layer
  double weight = 0.5;         // of its opinion, times the adaptive ratio
  std::int64_t warmup = 200;   // steps that it learns alone; as many again until its opinion has its weight
  double most = 1e4;           // the weight never exceeds this
  Precision precision = Precision::float32;
};

// The discriminator with its replicas, one for each worker of the pool, and its own optimizer.
class Adversary {
 public:
  Adversary(const AdversarySettings& settings, WorkerPool& pool, torch::Device device,
            std::shared_ptr<Communicator> processes, std::uint64_t seed);

  bool active(std::int64_t step) const { return step >= settings_.start; }
  // What the weight is multiplied with at a step: 0 while the discriminator learns alone, then up to 1. An
  // untrained one has opinions of noise, and the ratio makes them as loud as the reconstruction.
  double share(std::int64_t step) const;
  // The loss of pictures that want to pass for real, with graph; the discriminator itself learns nothing
  // here.
  torch::Tensor fool(std::int64_t worker, const torch::Tensor& made);
  // One step of the discriminator on each worker's real and made pictures (detached). Returns its loss.
  double learn(const std::vector<torch::Tensor>& real, const std::vector<torch::Tensor>& made, double rate,
               std::int64_t step);

  std::vector<NamedTensor> state() const { return updater_->state("discriminator"); }
  void state_loaded() { updater_->publish(); }

 private:
  torch::Tensor scores(std::int64_t worker, const torch::Tensor& pictures);

  AdversarySettings settings_;
  std::shared_ptr<Communicator> processes_;
  WorkerPool& pool_;
  std::vector<Discriminator> replicas_;
  std::unique_ptr<Updater> updater_;
};

// |rebuild| / |fool| of the two losses' gradients at the decoder's last weights, clamped to 0..10^4 (Esser et
// al. 2021): with it both pull equally hard.
double adaptive_ratio(const torch::Tensor& rebuild, const torch::Tensor& fool);

}  // namespace equi::train
