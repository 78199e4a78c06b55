#pragma once

#include <limits>
#include <string>

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "core/cpu/isa.h"

namespace equi::cpu {

// Every table that this processor can run, and what its kernels take.
class EveryTable : public testing::TestWithParam<std::tuple<Isa, WeightType>> {
 protected:
  const Kernels& kernels_ = kernels(std::get<0>(GetParam()), std::get<1>(GetParam()));

  torch::ScalarType weight_dtype() const {
    return kernels_.weights == WeightType::float32 ? torch::kFloat32 : torch::kBFloat16;
  }
  torch::ScalarType operand_dtype() const {
    return kernels_.operand_bytes == 4 ? torch::kFloat32 : torch::kBFloat16;
  }
  // How far a result that is stored as an operand may be off.
  double operand_error() const { return kernels_.operand_bytes == 4 ? 2e-6 : 4e-3; }

  torch::Tensor random_weights(at::IntArrayRef shape) const { return torch::randn(shape).to(weight_dtype()); }
  torch::Tensor random_operands(at::IntArrayRef shape) const {
    return torch::randn(shape).to(operand_dtype());
  }
  // Memory that must be written before it is read.
  static torch::Tensor poisoned(at::IntArrayRef shape, torch::ScalarType type) {
    return torch::full(shape, std::numeric_limits<float>::quiet_NaN(), type);
  }
};

inline double relative_error(const torch::Tensor& ours, const torch::Tensor& expected) {
  const auto reference = expected.to(torch::kFloat64);
  return ((ours.to(torch::kFloat64) - reference).norm() / reference.norm()).item<double>();
}

inline std::string table_name(const testing::TestParamInfo<std::tuple<Isa, WeightType>>& info) {
  return name(std::get<0>(info.param)) +
         (std::get<1>(info.param) == WeightType::float32 ? "_float32" : "_bfloat16");
}

inline auto every_table() {
  return testing::Combine(testing::ValuesIn(available_isas()),
                          testing::Values(WeightType::float32, WeightType::bfloat16));
}

}  // namespace equi::cpu
