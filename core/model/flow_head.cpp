#include "core/model/flow_head.h"

#include <cmath>

namespace equi::model {
namespace {

constexpr double kNormEps = 1e-6;
constexpr double kMaxPeriod = 10000.0;

torch::Tensor modulate(const torch::Tensor& x, const torch::Tensor& shift, const torch::Tensor& scale) {
  return x * (1 + scale) + shift;
}

}  // namespace

torch::Tensor time_features(const torch::Tensor& t, std::int64_t features) {
  const auto half = features / 2;
  const auto options = torch::TensorOptions().dtype(torch::kFloat32).device(t.device());
  const auto frequencies =
      torch::exp(torch::arange(half, options) * (-std::log(kMaxPeriod) / static_cast<double>(half)));
  const auto angles = t.to(torch::kFloat32).unsqueeze(1) * frequencies.unsqueeze(0);
  return torch::cat({angles.cos(), angles.sin()}, -1);
}

SiluMlpImpl::SiluMlpImpl(std::int64_t in, std::int64_t hidden, std::int64_t out)
    : first(register_module("0", Linear(in, hidden))), second(register_module("2", Linear(hidden, out))) {}

torch::Tensor SiluMlpImpl::forward(const torch::Tensor& x) const {
  return second->forward(torch::silu(first->forward(x)));
}

ModulationImpl::ModulationImpl(std::int64_t width, std::int64_t parts)
    : linear(register_module("1", Linear(width, parts * width))) {}

torch::Tensor ModulationImpl::forward(const torch::Tensor& y) const {
  return linear->forward(torch::silu(y));
}

FlowBlockImpl::FlowBlockImpl(std::int64_t width)
    : in_ln(register_module("in_ln", LayerNorm(width, kNormEps))),
      mlp(register_module("mlp", SiluMlp(width, width, width))),
      modulation_layer(register_module("adaLN_modulation", Modulation(width, 3))) {}

torch::Tensor FlowBlockImpl::forward(const torch::Tensor& x, const torch::Tensor& modulation) const {
  const auto parts = modulation.chunk(3, -1);
  return x + parts[2] * mlp->forward(modulate(in_ln->forward(x), parts[0], parts[1]));
}

FinalLayerImpl::FinalLayerImpl(std::int64_t width, std::int64_t out)
    : linear(register_module("linear", Linear(width, out))),
      modulation_layer(register_module("adaLN_modulation", Modulation(width, 2))) {}

torch::Tensor FinalLayerImpl::forward(const torch::Tensor& x, const torch::Tensor& modulation) const {
  const auto parts = modulation.chunk(2, -1);
  const auto normed = torch::layer_norm(x, {x.size(-1)}, {}, {}, kNormEps);
  return linear->forward(modulate(normed, parts[0], parts[1]));
}

namespace {

// Holds the time embedding's MLP under the authors' name `time_embed.mlp`.
struct TimeEmbedImpl : torch::nn::Module {
  TimeEmbedImpl(std::int64_t features, std::int64_t width)
      : mlp(register_module("mlp", SiluMlp(features, width, width))) {}
  SiluMlp mlp;
};

}  // namespace

FlowNetImpl::FlowNetImpl(const GeneratorConfig& c)
    : features(c.time_features),
      time_mlp(
          register_module("time_embed", std::make_shared<TimeEmbedImpl>(c.time_features, c.flow_width))->mlp),
      cond_embed(register_module("cond_embed", Linear(c.width, c.flow_width))),
      input_proj(register_module("input_proj", Linear(c.token_width, c.flow_width))),
      res_blocks(register_module("res_blocks", torch::nn::ModuleList())) {
  for (int i = 0; i < c.flow_depth; ++i) res_blocks->push_back(FlowBlock(c.flow_width));
  final_layer = register_module("final_layer", FinalLayer(c.flow_width, c.token_width));
}

torch::Tensor FlowNetImpl::embed(const torch::Tensor& t, const torch::Tensor& c) const {
  return time_mlp->forward(time_features(t, features).to(c.dtype())) + cond_embed->forward(c);
}

torch::Tensor FlowNetImpl::forward(const torch::Tensor& z, const torch::Tensor& t,
                                   const torch::Tensor& c) const {
  const auto y = embed(t, c);
  auto x = input_proj->forward(z);
  for (const auto& module : *res_blocks) {
    const auto& block = *module->as<FlowBlockImpl>();
    x = block.forward(x, block.modulation_layer->forward(y));
  }
  return final_layer->forward(x, final_layer->modulation_layer->forward(y));
}

}  // namespace equi::model
