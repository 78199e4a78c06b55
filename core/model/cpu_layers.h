#pragma once

#include <vector>

#include "core/cpu/linear.h"
#include "core/model/int8_weights.h"
#include "core/model/layers.h"

// The layers as the kernels of core/cpu see them, for inference. Weights stay where the module has them;
// small vectors (biases, norms) are copied as float32. A view shows the module as it was when the view was
// made: it keeps the weights' memory alive and does not notice parameters that are replaced later.
namespace equi::model {

// Whether every parameter of `module` is on the CPU, contiguous, and all are float32 or all are bfloat16.
bool fits_cpu_kernels(const torch::nn::Module& module);

// The kernels for a module that fits, on this processor.
const cpu::Kernels& cpu_kernels(const torch::nn::Module& module);

class CpuLinear {
 public:
  explicit CpuLinear(const Linear& layer);

  std::int64_t in() const { return weight_.size(1); }
  std::int64_t out() const { return weight_.size(0); }
  // y = epilogue(x W^T + bias); x: [rows, in] operands, y: row r at y + r * y_stride (0: out).
  cpu::LinearTask task(const void* x, std::int64_t rows, cpu::Epilogue epilogue, void* y,
                       std::int64_t y_stride = 0) const;

 private:
  torch::Tensor weight_;  // [out, in]
  Int8Weights int8_;      // what is taken where it is there
  std::vector<float> bias_;
};

class CpuLayerNorm {
 public:
  explicit CpuLayerNorm(const LayerNorm& layer);

  // x: [rows, width] float32, y: [rows, width] operands.
  cpu::NormTask task(const float* x, std::int64_t rows, void* y) const;

 private:
  std::vector<float> weight_, bias_;
  double eps_;
};

}  // namespace equi::model
