#include "core/train/parameters.h"

#include "core/base/error.h"
#include "core/model/weights.h"

namespace equi::train {

Parameters::Parameters(torch::nn::Module& module, Precision precision, bool with_average) {
  const torch::NoGradGuard no_grad;
  for (auto& item : module.named_parameters()) {
    torch::Tensor& parameter = item.value();
    names_.push_back(item.key());
    masters_.push_back(precision == Precision::float32 ? parameter : parameter.detach().clone());
    if (with_average) averages_.push_back(parameter.detach().clone());
    if (precision != Precision::float32) {
      parameter.set_data(parameter.to(model::to_torch(precision)));
    }
    parameter.requires_grad_(true);
    computing_.push_back(parameter);
  }
}

std::int64_t Parameters::count() const {
  std::int64_t total = 0;
  for (const auto& master : masters_) total += master.numel();
  return total;
}

void Parameters::clear_gradients() {
  for (auto& parameter : computing_) parameter.mutable_grad().reset();
}

torch::Tensor Parameters::gradient(std::size_t index) const {
  const auto& gradient = computing_[index].grad();
  // In the master's memory format: the fused optimizer walks both storages in parallel.
  auto plain = torch::zeros_like(masters_[index], torch::kFloat32);
  if (gradient.defined()) plain.copy_(gradient);
  return plain;
}

void Parameters::start_from(const torch::nn::Module& other, const std::set<std::string>& except) {
  const torch::NoGradGuard no_grad;
  const auto theirs = other.named_parameters();
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (except.count(names_[i]) > 0) continue;
    const auto* weight = theirs.find(names_[i]);
    if (weight == nullptr || weight->sizes() != masters_[i].sizes()) {
      throw Error(ErrorKind::bad_input, names_[i],
                  weight == nullptr ? "the model to start from has no such weight"
                                    : "is of another shape in the model to start from");
    }
    masters_[i].detach().copy_(*weight);
    if (!averages_.empty()) averages_[i].copy_(*weight);
  }
  publish();
}

void Parameters::publish() {
  for (std::size_t i = 0; i < computing_.size(); ++i) publish(i);
}

void Parameters::publish(std::size_t index) {
  const torch::NoGradGuard no_grad;
  if (!computing_[index].is_same(masters_[index])) computing_[index].copy_(masters_[index]);
}

void Parameters::update_average(std::size_t index, double decay, std::int64_t step) {
  if (averages_.empty()) return;
  const torch::NoGradGuard no_grad;
  const double warm = static_cast<double>(1 + step) / static_cast<double>(10 + step);
  averages_[index].lerp_(masters_[index], 1.0 - std::min(decay, warm));
}

void Parameters::share_averages(torch::nn::Module& module) const {
  const torch::NoGradGuard no_grad;
  auto parameters = module.named_parameters();
  for (std::size_t i = 0; i < names_.size(); ++i) {
    auto& parameter = parameters[names_[i]];
    parameter.requires_grad_(false);
    parameter.set_data(averages_[i]);
  }
  module.eval();
}

std::vector<NamedTensor> Parameters::state(const std::string& prefix) const {
  std::vector<NamedTensor> all;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    all.push_back({prefix + ".model." + names_[i], masters_[i]});
  }
  for (std::size_t i = 0; i < averages_.size(); ++i) {
    all.push_back({prefix + ".average." + names_[i], averages_[i]});
  }
  return all;
}

}  // namespace equi::train
