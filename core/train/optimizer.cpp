#include "core/train/optimizer.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/train/muon.h"

namespace equi::train {

double RateSchedule::at(std::int64_t step, double progress) const {
  const double rise = step < warmup ? static_cast<double>(step + 1) / static_cast<double>(warmup) : 1.0;
  if (!cosine) return peak * rise;
  const double done = std::clamp(progress, 0.0, 1.0);
  return peak * rise * (floor + (1.0 - floor) * 0.5 * (1.0 + std::cos(std::numbers::pi * done)));
}

AdamW::AdamW(const Parameters& parameters, Settings settings,
             const std::function<bool(const std::string&, const torch::Tensor&)>& decays)
    : settings_(settings),
      names_(parameters.names()),
      masters_(parameters.masters()),
      groups_({{{}, settings.weight_decay}, {{}, 0.0}}),
      muon_(groups_) {
  const torch::NoGradGuard no_grad;
  for (std::size_t i = 0; i < masters_.size(); ++i) {
    first_.push_back(torch::zeros_like(masters_[i]));
    second_.push_back(torch::zeros_like(masters_[i]));
    auto& groups = settings.muon > 0 && moved_by_muon(names_[i], masters_[i]) ? muon_ : groups_;
    groups[decays && decays(names_[i], masters_[i]) ? 0 : 1].members.push_back(i);
  }
}

void AdamW::apply_muon(std::size_t index, const torch::Tensor& gradient, double rate, double weight_decay) {
  auto& momentum = first_[index];
  momentum.mul_(settings_.muon).add_(gradient);
  const auto step = muon_step(gradient + momentum * settings_.muon);  // Nesterov's
  masters_[index].detach().mul_(1.0 - rate * weight_decay).sub_(step, rate);
}

void AdamW::apply(const std::vector<torch::Tensor>& gradients, double rate, std::int64_t step) {
  const torch::NoGradGuard no_grad;
  for (const auto& group : muon_) {
    for (const auto i : group.members) apply_muon(i, gradients[i], rate, group.weight_decay);
  }
  for (const auto& group : groups_) {
    if (group.members.empty()) continue;
    std::vector<torch::Tensor> weights, grads, first, second, steps;
    for (const auto i : group.members) {
      weights.push_back(masters_[i].detach());
      grads.push_back(gradients[i]);
      first.push_back(first_[i]);
      second.push_back(second_[i]);
      // The fused kernel takes the count of steps, this one included, per parameter.
      steps.push_back(torch::full({}, static_cast<float>(step + 1), masters_[i].options()));
    }
    at::_fused_adamw_(weights, grads, first, second, {}, steps, rate, settings_.beta1, settings_.beta2,
                      group.weight_decay, settings_.eps, false, false);
  }
}

std::vector<NamedTensor> AdamW::state(const std::string& prefix) const {
  std::vector<NamedTensor> all;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    all.push_back({prefix + ".first." + names_[i], first_[i]});
    all.push_back({prefix + ".second." + names_[i], second_[i]});
  }
  return all;
}

double clip_gradients(const std::vector<torch::Tensor>& gradients, double limit) {
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> norms;
  norms.reserve(gradients.size());
  for (const auto& gradient : gradients) norms.push_back(gradient.norm());
  const double norm = torch::stack(norms).norm().item<double>();
  if (limit > 0 && norm > limit) {
    for (const auto& gradient : gradients) gradient.mul_(limit / norm);
  }
  return norm;
}

}  // namespace equi::train
