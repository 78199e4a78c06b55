#include "core/train/adversary.h"

#include <algorithm>
#include <cmath>

namespace equi::train {

Adversary::Adversary(const AdversarySettings& settings, std::int64_t workers, torch::Device device,
                     std::shared_ptr<Communicator> processes, std::uint64_t seed)
    : settings_(settings), processes_(processes) {
  std::vector<std::shared_ptr<torch::nn::Module>> modules;
  for (std::int64_t i = 0; i < workers; ++i) {
    Discriminator replica(settings.channels);
    if (i == 0) initialise(replica, seed);
    replica->to(device);
    replicas_.push_back(replica);
    modules.push_back(replica.ptr());
  }
  Updater::Settings update;
  update.adam = {0.5, 0.9, 1e-8, 0.0};
  updater_ = std::make_unique<Updater>(modules, update, std::move(processes));
}

torch::Tensor Adversary::fool(std::int64_t worker, const torch::Tensor& made) {
  return adversarial_loss(replicas_[static_cast<std::size_t>(worker)]->forward(made));
}

double Adversary::learn(WorkerPool& pool, const std::vector<torch::Tensor>& real,
                        const std::vector<torch::Tensor>& made, double rate, std::int64_t step) {
  std::int64_t all = 0;
  for (const auto& part : real) all += part.size(0);
  updater_->clear_gradients();
  std::vector<double> losses(real.size());
  pool.run([&](std::int64_t worker) {
    const auto at = static_cast<std::size_t>(worker);
    auto& discriminator = replicas_[at];
    const double weight = static_cast<double>(real[at].size(0)) / static_cast<double>(all);
    const auto loss =
        discriminator_loss(discriminator->forward(real[at]), discriminator->forward(made[at])) * weight;
    loss.backward();
    losses[at] = loss.item<double>();
  });
  double sum = 0.0;
  for (const double loss : losses) sum += loss;
  std::vector<torch::Tensor> shared = {torch::full({1}, sum, torch::kFloat64)};
  processes_->average(shared);
  if (!std::isfinite(shared[0].item<double>())) return shared[0].item<double>();
  updater_->apply(rate, step);
  return shared[0].item<double>();
}

double adaptive_ratio(const torch::Tensor& rebuild, const torch::Tensor& fool) {
  return std::clamp(rebuild.norm().item<double>() / (fool.norm().item<double>() + 1e-4), 0.0, 1e4);
}

}  // namespace equi::train
