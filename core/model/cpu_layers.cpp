#include "core/model/cpu_layers.h"

#include <algorithm>

#include "core/cpu/isa.h"

namespace equi::model {
namespace {

std::vector<float> copy_as_float32(const torch::Tensor& vector) {
  const auto wide = vector.detach().to(torch::kFloat32).contiguous();
  const float* data = wide.const_data_ptr<float>();
  return {data, data + wide.numel()};
}

}  // namespace

bool fits_cpu_kernels(const torch::nn::Module& module) {
  const auto parameters = module.parameters();
  const auto fits = [&](const torch::Tensor& p) {
    return p.is_cpu() && p.is_contiguous() && p.scalar_type() == parameters.front().scalar_type();
  };
  if (parameters.empty()) return false;
  const auto type = parameters.front().scalar_type();
  if (type != torch::kFloat32 && type != torch::kBFloat16) return false;
  return std::all_of(parameters.begin(), parameters.end(), fits);
}

const cpu::Kernels& cpu_kernels(const torch::nn::Module& module) {
  const bool wide = module.parameters().front().scalar_type() == torch::kFloat32;
  return cpu::kernels(cpu::best_isa(), wide ? cpu::WeightType::float32 : cpu::WeightType::bfloat16);
}

CpuLinear::CpuLinear(const Linear& layer)
    : weight_(layer->weight.detach()), int8_(int8_weights(*layer)), bias_(copy_as_float32(layer->bias)) {}

cpu::LinearTask CpuLinear::task(const void* x, std::int64_t rows, cpu::Epilogue epilogue, void* y,
                                std::int64_t y_stride) const {
  cpu::LinearTask task;
  const bool int8 = int8_.blocks.defined();
  task.weight = int8 ? int8_.blocks.const_data_ptr() : weight_.const_data_ptr();
  if (int8) task.scales = int8_.scales.const_data_ptr<float>();
  task.bias = bias_.data();
  task.in = in();
  task.out = out();
  task.x = x;
  task.rows = rows;
  task.epilogue = epilogue;
  task.y = y;
  task.y_stride = y_stride == 0 ? out() : y_stride;
  return task;
}

CpuLayerNorm::CpuLayerNorm(const LayerNorm& layer)
    : weight_(copy_as_float32(layer->weight)), bias_(copy_as_float32(layer->bias)), eps_(layer->eps) {}

cpu::NormTask CpuLayerNorm::task(const float* x, std::int64_t rows, void* y) const {
  cpu::NormTask task;
  task.x = x;
  task.rows = rows;
  task.width = static_cast<std::int64_t>(weight_.size());
  task.eps = eps_;
  task.weight = weight_.data();
  task.bias = bias_.data();
  task.y = y;
  return task;
}

}  // namespace equi::model
