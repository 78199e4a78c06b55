#include "core/model/layers.h"

namespace equi::model {

torch::Tensor unallocated(const std::vector<std::int64_t>& shape) {
  return torch::zeros({1}).expand(shape);
}

void materialize_parameters(torch::nn::Module& module, const torch::TensorOptions& options) {
  const torch::NoGradGuard no_grad;
  for (auto& parameter : module.parameters()) {
    if (parameter.numel() > 1 && parameter.storage().nbytes() <= sizeof(float)) {
      parameter.set_data(torch::empty(parameter.sizes(), options.requires_grad(false)));
    }
  }
}

torch::Tensor swish(const torch::Tensor& x) {
  return torch::silu(x);
}

LinearImpl::LinearImpl(std::int64_t in, std::int64_t out)
    : weight(register_parameter("weight", unallocated({out, in}))),
      bias(register_parameter("bias", unallocated({out}))) {}

torch::Tensor LinearImpl::forward(const torch::Tensor& x) const {
  return torch::linear(x, weight, bias);
}

LayerNormImpl::LayerNormImpl(std::int64_t width, double epsilon)
    : eps(epsilon),
      weight(register_parameter("weight", unallocated({width}))),
      bias(register_parameter("bias", unallocated({width}))) {}

torch::Tensor LayerNormImpl::forward(const torch::Tensor& x) const {
  return torch::layer_norm(x, weight.sizes(), weight, bias, eps);
}

GroupNormImpl::GroupNormImpl(std::int64_t group_count, std::int64_t channels)
    : groups(group_count),
      weight(register_parameter("weight", unallocated({channels}))),
      bias(register_parameter("bias", unallocated({channels}))) {}

torch::Tensor GroupNormImpl::forward(const torch::Tensor& x) const {
  return torch::group_norm(x, groups, weight, bias, kEps);
}

Conv2dImpl::Conv2dImpl(std::int64_t in, std::int64_t out, std::int64_t kernel)
    : weight(register_parameter("weight", unallocated({out, in, kernel, kernel}))),
      bias(register_parameter("bias", unallocated({out}))) {}

torch::Tensor Conv2dImpl::forward(const torch::Tensor& x) const {
  if (weight.size(2) == 1) return torch::conv2d(x, weight, bias);
  return torch::conv2d(torch::reflection_pad2d(x, {1, 1, 1, 1}), weight, bias);
}

Conv1dImpl::Conv1dImpl(std::int64_t in, std::int64_t out)
    : weight(register_parameter("weight", unallocated({out, in, 3}))),
      bias(register_parameter("bias", unallocated({out}))) {}

torch::Tensor Conv1dImpl::forward(const torch::Tensor& x) const {
  return torch::conv1d(torch::reflection_pad1d(x, {1, 1}), weight, bias);
}

torch::Tensor Conv1dImpl::along_columns(const torch::Tensor& columns) const {
  return forward(columns.transpose(1, 2)).transpose(1, 2);
}

EmbeddingImpl::EmbeddingImpl(std::int64_t count, std::int64_t width)
    : weight(register_parameter("weight", unallocated({count, width}))) {}

torch::Tensor EmbeddingImpl::forward(const torch::Tensor& indices) const {
  return torch::embedding(weight, indices);
}

}  // namespace equi::model
