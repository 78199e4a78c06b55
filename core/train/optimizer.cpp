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
    : settings_(settings), names_(parameters.names()), masters_(parameters.masters()) {
  const torch::NoGradGuard no_grad;
  for (std::size_t i = 0; i < masters_.size(); ++i) {
    first_.push_back(torch::zeros_like(masters_[i]));
    second_.push_back(torch::zeros_like(masters_[i]));
    by_muon_.push_back(settings.muon > 0 && moved_by_muon(names_[i], masters_[i]));
    weight_decays_.push_back(decays && decays(names_[i], masters_[i]) ? settings.weight_decay : 0.0);
  }
}

void AdamW::apply_muon(std::size_t index, const torch::Tensor& gradient, double rate) {
  auto& momentum = first_[index];
  momentum.mul_(settings_.muon).add_(gradient);
  const auto step = muon_step(gradient + momentum * settings_.muon);  // Nesterov's
  masters_[index].detach().mul_(1.0 - rate * weight_decays_[index]).sub_(step, rate);
}

void AdamW::apply(std::size_t index, const torch::Tensor& gradient, double rate, std::int64_t step) {
  const torch::NoGradGuard no_grad;
  if (by_muon_[index]) return apply_muon(index, gradient, rate);
  // The fused kernel takes the count of steps, this one included.
  const auto& master = masters_[index];
  at::_fused_adamw_({master.detach()}, {gradient}, {first_[index]}, {second_[index]}, {},
                    {torch::full({}, static_cast<float>(step + 1), master.options().requires_grad(false))},
                    rate, settings_.beta1, settings_.beta2, weight_decays_[index], settings_.eps, false,
                    false);
}

std::vector<NamedTensor> AdamW::state(const std::string& prefix) const {
  std::vector<NamedTensor> all;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    all.push_back({prefix + ".first." + names_[i], first_[i]});
    all.push_back({prefix + ".second." + names_[i], second_[i]});
  }
  return all;
}

}  // namespace equi::train
