#pragma once

#include <cstdint>
#include <vector>

#include <torch/torch.h>

// The elementary layers, with the authors' parameter names (`weight`, `bias`).
//
// They differ from torch::nn's in one thing: construction allocates no weights. A parameter starts as a
// stride-0 view of a single number that only carries its shape; it gets its real storage from a mapped file
// (core/model/weights.h) or from `materialize_parameters` (training, random models). So a model of any size
// is built in milliseconds and exists in memory once.
namespace equi::model {

// y = x W^T + b. x: [..., in], y: [..., out]. weight: [out, in], bias: [out].
struct LinearImpl : torch::nn::Module {
  LinearImpl(std::int64_t in, std::int64_t out);
  torch::Tensor forward(const torch::Tensor& x) const;
  torch::Tensor weight, bias;
};
TORCH_MODULE(Linear);

// LayerNorm over the last dimension. weight, bias: [width].
struct LayerNormImpl : torch::nn::Module {
  LayerNormImpl(std::int64_t width, double eps);
  torch::Tensor forward(const torch::Tensor& x) const;
  double eps;
  torch::Tensor weight, bias;
};
TORCH_MODULE(LayerNorm);

// GroupNorm with eps 1e-6. x: [B, C, H, W]. weight, bias: [C].
struct GroupNormImpl : torch::nn::Module {
  static constexpr double kEps = 1e-6;
  GroupNormImpl(std::int64_t groups, std::int64_t channels);
  torch::Tensor forward(const torch::Tensor& x) const;
  std::int64_t groups;
  torch::Tensor weight, bias;
};
TORCH_MODULE(GroupNorm);

// Stride-1 convolution that keeps the size; kernel 3 pads one pixel by reflection, kernel 1 pads nothing.
// weight: [out, in, k, k], bias: [out].
struct Conv2dImpl : torch::nn::Module {
  Conv2dImpl(std::int64_t in, std::int64_t out, std::int64_t kernel);
  torch::Tensor forward(const torch::Tensor& x) const;
  torch::Tensor weight, bias;
};
TORCH_MODULE(Conv2d);

// The same along the columns: kernel 3, reflected. x: [B, in, T], weight: [out, in, 3], bias: [out].
// Needs T >= 2.
struct Conv1dImpl : torch::nn::Module {
  Conv1dImpl(std::int64_t in, std::int64_t out);
  torch::Tensor forward(const torch::Tensor& x) const;
  // The same on columns: [B, T, in] -> [B, T, out].
  torch::Tensor along_columns(const torch::Tensor& columns) const;
  torch::Tensor weight, bias;
};
TORCH_MODULE(Conv1d);

// Rows of a table. weight: [count, width].
struct EmbeddingImpl : torch::nn::Module {
  EmbeddingImpl(std::int64_t count, std::int64_t width);
  torch::Tensor forward(const torch::Tensor& indices) const;
  torch::Tensor weight;
};
TORCH_MODULE(Embedding);

// A parameter of this shape without storage of its own (see above).
torch::Tensor unallocated(const std::vector<std::int64_t>& shape);

// Gives every parameter that has none its own storage of `options`' dtype and device, uninitialised.
void materialize_parameters(torch::nn::Module& module, const torch::TensorOptions& options);

// x * sigmoid(x), the tokenizer's nonlinearity.
torch::Tensor swish(const torch::Tensor& x);

}  // namespace equi::model
