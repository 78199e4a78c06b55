#include "core/train/adversary.h"

#include <algorithm>
#include <cmath>

#include "core/model/weights.h"

namespace equi::train {

Adversary::Adversary(const AdversarySettings& settings, WorkerPool& pool, torch::Device device,
                     std::shared_ptr<Communicator> processes, std::uint64_t seed)
    : settings_(settings), processes_(processes), pool_(pool) {
  std::vector<std::shared_ptr<torch::nn::Module>> modules;
  for (std::int64_t i = 0; i < pool.size(); ++i) {
    Discriminator replica(settings.channels);
    if (i == 0) initialise(replica, seed);
    replica->to(device);
    for (auto& parameter : replica->parameters()) {
      if (parameter.dim() == 4)
        parameter.set_data(parameter.detach().contiguous(torch::MemoryFormat::ChannelsLast));
    }
    replicas_.push_back(replica);
    modules.push_back(replica.ptr());
  }
  Updater::Settings update;
  update.adam = {0.5, 0.9, 1e-8, 0.0};
  update.precision = settings.precision;
  updater_ = std::make_unique<Updater>(modules, update, std::move(processes), pool);
}

double Adversary::share(std::int64_t step) const {
  const auto alone = settings_.start + settings_.warmup;
  if (step < alone) return 0.0;
  return std::min(1.0, static_cast<double>(step - alone + 1) / static_cast<double>(settings_.warmup + 1));
}

torch::Tensor Adversary::scores(std::int64_t worker, const torch::Tensor& pictures) {
  const auto input =
      pictures.to(model::to_torch(settings_.precision)).contiguous(torch::MemoryFormat::ChannelsLast);
  return replicas_[static_cast<std::size_t>(worker)]->forward(input).to(torch::kFloat32);
}

torch::Tensor Adversary::fool(std::int64_t worker, const torch::Tensor& made) {
  return adversarial_loss(scores(worker, made));
}

double Adversary::learn(const std::vector<torch::Tensor>& real, const std::vector<torch::Tensor>& made,
                        double rate, std::int64_t step) {
  std::int64_t all = 0;
  for (const auto& part : real) all += part.size(0);
  updater_->clear_gradients();
  std::vector<double> losses(real.size());
  pool_.run([&](std::int64_t worker) {
    const auto at = static_cast<std::size_t>(worker);
    const double weight = static_cast<double>(real[at].size(0)) / static_cast<double>(all);
    const auto loss = discriminator_loss(scores(worker, real[at]), scores(worker, made[at])) * weight;
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
