#include "core/train/updater.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace equi::train {
namespace {

// Without the places of parameters that are not trained.
std::vector<torch::Tensor> defined(std::vector<torch::Tensor> tensors) {
  std::erase_if(tensors, [](const torch::Tensor& tensor) { return !tensor.defined(); });
  return tensors;
}

}  // namespace

Updater::Updater(const std::vector<std::shared_ptr<torch::nn::Module>>& replicas, const Settings& settings,
                 std::shared_ptr<Communicator> processes, WorkerPool& pool,
                 const std::function<bool(const std::string&, const torch::Tensor&)>& decays)
    : settings_(settings),
      processes_(std::move(processes)),
      pool_(pool),
      parameters_(*replicas.front(), settings.precision, true),
      adam_(parameters_, settings.adam, decays),
      order_(parameters_.names().size()) {
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  std::stable_sort(order_.begin(), order_.end(), [this](std::size_t a, std::size_t b) {
    return parameters_.masters()[a].numel() > parameters_.masters()[b].numel();
  });
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

torch::Tensor Updater::gathered(std::size_t index) const {
  auto sum = parameters_.gradient(index);
  for (const auto& replica : others_) {
    if (replica[index].grad().defined()) sum.add_(replica[index].grad());
  }
  return sum;
}

void Updater::for_all(const std::function<void(std::size_t)>& parameter) const {
  pool_.each(order_.size(), [&](std::size_t i) {
    const torch::NoGradGuard no_grad;
    if (parameters_.trainable(order_[i])) parameter(order_[i]);
  });
}

double Updater::apply(double rate, std::int64_t step) {
  std::vector<torch::Tensor> gradients(order_.size()), norms(order_.size());
  for_all([&](std::size_t i) { gradients[i] = gathered(i); });
  auto shared = defined(gradients);  // the same storage
  processes_->average(shared);
  for_all([&](std::size_t i) { norms[i] = gradients[i].norm(); });
  const double norm = torch::stack(defined(norms)).norm().item<double>();
  if (!std::isfinite(norm)) return norm;
  const bool clip = settings_.clip > 0 && norm > settings_.clip;
  for_all([&](std::size_t i) {
    if (clip) gradients[i].mul_(settings_.clip / norm);
    adam_.apply(i, gradients[i], rate, step);
    parameters_.publish(i);
    parameters_.update_average(i, settings_.average, step);
  });
  return norm;
}

std::vector<NamedTensor> Updater::state(const std::string& prefix) const {
  auto all = parameters_.state(prefix);
  for (auto& named : adam_.state(prefix)) all.push_back(std::move(named));
  return all;
}

}  // namespace equi::train
