#include "core/train/updater.h"

#include <cmath>

namespace equi::train {

Updater::Updater(const std::vector<std::shared_ptr<torch::nn::Module>>& replicas, const Settings& settings,
                 std::shared_ptr<Communicator> processes,
                 const std::function<bool(const std::string&, const torch::Tensor&)>& decays)
    : settings_(settings),
      processes_(std::move(processes)),
      parameters_(*replicas.front(), settings.precision, true),
      adam_(parameters_, settings.adam, decays) {
  const auto first = replicas.front()->parameters();
  for (std::size_t r = 1; r < replicas.size(); ++r) {
    auto own = replicas[r]->parameters();
    for (std::size_t i = 0; i < own.size(); ++i) {
      own[i].requires_grad_(false);
      own[i].set_data(first[i].detach());
      own[i].requires_grad_(true);
    }
    others_.push_back(std::move(own));
  }
}

void Updater::clear_gradients() {
  parameters_.clear_gradients();
  for (auto& replica : others_) {
    for (auto& parameter : replica) parameter.mutable_grad().reset();
  }
}

std::vector<torch::Tensor> Updater::gathered() const {
  const torch::NoGradGuard no_grad;
  auto sums = parameters_.gradients();
  for (const auto& replica : others_) {
    for (std::size_t i = 0; i < sums.size(); ++i) {
      if (replica[i].grad().defined()) sums[i].add_(replica[i].grad());
    }
  }
  processes_->average(sums);
  return sums;
}

double Updater::apply(double rate, std::int64_t step) {
  const auto gradients = gathered();
  const double norm = clip_gradients(gradients, settings_.clip);
  if (!std::isfinite(norm)) return norm;
  adam_.apply(gradients, rate, step);
  parameters_.publish();
  parameters_.update_average(settings_.average, step);
  return norm;
}

std::vector<NamedTensor> Updater::state(const std::string& prefix) const {
  auto all = parameters_.state(prefix);
  for (auto& named : adam_.state(prefix)) all.push_back(std::move(named));
  return all;
}

}  // namespace equi::train
