#include "core/sampling/flow_evaluator.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/model/generator.h"
#include "core/sampling/flow_cpu.h"

namespace equi::sampling {
namespace {

constexpr double kNormEps = 1e-6;  // of the head's every LayerNorm

// x normalised over the last dimension, times scale, plus shift.
torch::Tensor norm_and_modulate(const torch::Tensor& x, const torch::Tensor& shift,
                                const torch::Tensor& scale) {
  return torch::addcmul(shift, torch::layer_norm(x, {x.size(-1)}, {}, {}, kNormEps), scale);
}

torch::Tensor embed_times(const model::FlowNet& net, const std::vector<double>& times) {
  const auto options = torch::TensorOptions().device(net->input_proj->weight.device());
  const auto t = torch::tensor(times, torch::kFloat64).to(options.dtype(torch::kFloat32));
  const auto features = model::time_features(t, net->features);
  return net->time_mlp->forward(features.to(net->input_proj->weight.dtype()));
}

}  // namespace

FlowEvaluator::FlowEvaluator(model::FlowNet net, SolverPlan plan, model::Backend backend)
    : net_(std::move(net)), plan_(std::move(plan)) {
  const torch::InferenceMode inference;
  if (backend == model::Backend::automatic && model::fits_cpu_kernels(*net_)) {
    cpu_ = std::make_unique<CpuFlow>(net_, plan_, kModulationRows);
    return;
  }
  time_embedding_ = embed_times(net_, plan_.times);
}

FlowEvaluator::FlowEvaluator(FlowEvaluator&& other) noexcept = default;
FlowEvaluator& FlowEvaluator::operator=(FlowEvaluator&& other) noexcept = default;
FlowEvaluator::~FlowEvaluator() = default;

void FlowEvaluator::set_conditions(const torch::Tensor& conditions) {
  const torch::InferenceMode inference;
  if (cpu_) {
    const auto rows = conditions.to(torch::kFloat32).contiguous();
    return cpu_->set_conditions(rows.const_data_ptr<float>(), rows.size(0));
  }
  cond_embedding_ = net_->cond_embed->forward(conditions.to(net_->cond_embed->weight.dtype()));
  group_size_ = 0;
}

void FlowEvaluator::compute_group(std::int64_t index) {
  const std::int64_t rows = cond_embedding_.size(0), steps = time_embedding_.size(0);
  group_first_ = index;
  group_size_ = std::min(steps - index, std::max<std::int64_t>(1, kModulationRows / rows));
  auto y = time_embedding_.narrow(0, index, group_size_).unsqueeze(1) + cond_embedding_.unsqueeze(0);
  y = torch::silu_(y).flatten(0, 1);  // [steps * R, w]
  const auto split = [&](const model::Modulation& layer, std::int64_t parts) {
    return layer->linear->forward(y).unflatten(0, {group_size_, rows}).chunk(parts, -1);
  };
  blocks_.clear();
  for (const auto& module : *net_->res_blocks) {
    const auto& block = *module->as<model::FlowBlockImpl>();
    const auto parts = split(block.modulation_layer, 3);
    Modulations m{parts[0], parts[1].add_(1.0), parts[2]};
    m.shift.addcmul_(m.scale, block.in_ln->bias);
    m.scale.mul_(block.in_ln->weight);
    blocks_.push_back(m);
  }
  const auto parts = split(net_->final_layer->modulation_layer, 2);
  final_ = {parts[0], parts[1].add_(1.0), {}};
}

torch::Tensor FlowEvaluator::network(const torch::Tensor& z, std::int64_t step) const {
  auto x = net_->input_proj->forward(z.to(cond_embedding_.dtype()));
  if (z.size(0) < cond_embedding_.size(0)) x = x.repeat({2, 1});  // both branches start from one sample
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    const auto& mlp = *net_->res_blocks->at<model::FlowBlockImpl>(i).mlp;
    const auto& m = blocks_[i];
    auto h = mlp.first->forward(norm_and_modulate(x, m.shift[step], m.scale[step]));
    x.addcmul_(m.gate[step], mlp.second->forward(torch::silu_(h)));
  }
  return net_->final_layer->linear->forward(norm_and_modulate(x, final_.shift[step], final_.scale[step]));
}

torch::Tensor FlowEvaluator::velocity(const torch::Tensor& z, std::int64_t index, double scale) {
  const torch::InferenceMode inference;
  if (cpu_) {
    const auto sample = z.contiguous();
    auto result = torch::empty_like(sample);
    cpu_->velocity(sample.const_data_ptr<float>(), z.size(0), index, scale, result.data_ptr<float>());
    return result;
  }
  if (index < group_first_ || index >= group_first_ + group_size_) compute_group(index);
  const auto v = network(z, index - group_first_).to(torch::kFloat32);
  return v.size(0) == z.size(0) ? v : model::guide(v, scale);
}

torch::Tensor FlowEvaluator::sample(const torch::Tensor& noise, double scale, const std::stop_token& stop) {
  const torch::InferenceMode inference;
  if (cpu_) {
    auto z = noise.clone(torch::MemoryFormat::Contiguous);
    cpu_->sample(z.data_ptr<float>(), z.size(0), scale, stop);
    return z;
  }
  return integrate(plan_, noise, [&](const torch::Tensor& z, std::int64_t index) {
    if (stop.stop_requested()) throw Error(ErrorKind::cancelled, "", "stopped");
    return velocity(z, index, scale);
  });
}

}  // namespace equi::sampling
