#pragma once

#include "core/checkpoint/architecture.h"
#include "core/model/layers.h"

// The rectified-flow head: the velocity of one token given the condition (algorithm.md section 3).
namespace equi::model {

// Sinusoidal features of t [N] (unscaled, in [0, 1]): cos then sin, [N, features], float32.
torch::Tensor time_features(const torch::Tensor& t, std::int64_t features);

// Two linear layers under the names "0" and "2", with SiLU between.
struct SiluMlpImpl : torch::nn::Module {
  SiluMlpImpl(std::int64_t in, std::int64_t hidden, std::int64_t out);
  torch::Tensor forward(const torch::Tensor& x) const;
  Linear first, second;
};
TORCH_MODULE(SiluMlp);

// SiLU and one linear layer under the name "1".
struct ModulationImpl : torch::nn::Module {
  ModulationImpl(std::int64_t width, std::int64_t parts);
  torch::Tensor forward(const torch::Tensor& y) const;
  Linear linear;
};
TORCH_MODULE(Modulation);

// x += gate * mlp(LN(x) * (1 + scale) + shift)
struct FlowBlockImpl : torch::nn::Module {
  explicit FlowBlockImpl(std::int64_t width);
  // x: [N, w]; modulation: [N, 3w] = (shift, scale, gate).
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& modulation) const;
  LayerNorm in_ln;
  SiluMlp mlp;
  Modulation modulation_layer;
};
TORCH_MODULE(FlowBlock);

struct FinalLayerImpl : torch::nn::Module {
  FinalLayerImpl(std::int64_t width, std::int64_t out);
  // modulation: [N, 2w] = (shift, scale).
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& modulation) const;
  Linear linear;
  Modulation modulation_layer;
};
TORCH_MODULE(FinalLayer);

// `diffloss.net` of the authors' code.
struct FlowNetImpl : torch::nn::Module {
  explicit FlowNetImpl(const GeneratorConfig& config);

  // Velocity [N, E] at z [N, E], times t [N] in [0, 1], conditions c [N, d].
  torch::Tensor forward(const torch::Tensor& z, const torch::Tensor& t, const torch::Tensor& c) const;

  // y = time_embed(t) + cond_embed(c), [N, w]: everything the modulations depend on; not the sample.
  torch::Tensor embed(const torch::Tensor& t, const torch::Tensor& c) const;

  std::int64_t features;
  SiluMlp time_mlp{nullptr};
  Linear cond_embed, input_proj;
  torch::nn::ModuleList res_blocks;
  FinalLayer final_layer{nullptr};
};
TORCH_MODULE(FlowNet);

}  // namespace equi::model
