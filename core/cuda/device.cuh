// What the kernels share: bfloat16, activations, sums over a warp, the order of overlapping launches.
#pragma once

#include <cstdint>

#include <cuda_bf16.h>
#include <cuda_runtime.h>

#include "core/cuda/ops.h"

namespace equi::cuda {

constexpr int kWarp = 32;
constexpr unsigned kAllLanes = 0xFFFFFFFFU;

// The memory of a block whose size the launch says.
__device__ inline float4* dynamic_shared() {
#ifdef __CUDACC__
  extern __shared__ float4 shared[];
  return shared;
#else
  return emulation::dynamic_shared();  // tests/cuda/emulation
#endif
}

// With overlapping launches a kernel starts while the one before it still runs. Everything before this call
// may read constants (weights) alone; after it, what the kernels before have written is visible.
__device__ inline void wait_for_previous() {
#if __CUDA_ARCH__ >= 900
  cudaGridDependencySynchronize();
#endif
}

// Lets the next kernel start, up to its own wait_for_previous.
__device__ inline void let_next_start() {
#if __CUDA_ARCH__ >= 900
  cudaTriggerProgrammaticLaunchCompletion();
#endif
}

__device__ inline float warp_sum(float v) {
  for (int offset = kWarp / 2; offset > 0; offset /= 2) v += __shfl_xor_sync(kAllLanes, v, offset);
  return v;
}

__device__ inline float silu(float v) {
  return v / (1.0F + __expf(-v));
}

__device__ inline float gelu(float v) {
  return 0.5F * v * (1.0F + erff(v * 0.70710678118654752F));
}

__device__ inline float finish(int epilogue, float v, const float* before, const float* gate) {
  switch (epilogue) {
    case EQUI_SILU:
      return silu(v);
    case EQUI_GELU:
      return gelu(v);
    case EQUI_ADD:
      return *before + v;
    case EQUI_ADD_GATED:
      return *before + *gate * v;
    default:
      return v;
  }
}

// Number i of a row after its normalisation; `mean` and `scale` are the row's, m where its modulation begins.
__device__ inline float normalise(const EquiNorm& n, float x, float mean, float scale, int i, int64_t m) {
  float v = (x - mean) * scale;
  if (n.weight != nullptr) v = v * n.weight[i] + n.bias[i];
  if (n.scale != nullptr) v = v * (1.0F + n.scale[m + i]) + n.shift[m + i];
  return v;
}

// Mean and 1 / sqrt(variance + eps) of a row that one warp reads, in two passes.
struct RowMoments {
  float mean, scale;
};
__device__ inline RowMoments row_moments(const float* x, int width, float eps, int lane) {
  float total = 0.0F;
  for (int i = lane; i < width; i += kWarp) total += x[i];
  const float mean = warp_sum(total) / static_cast<float>(width);
  float squares = 0.0F;
  for (int i = lane; i < width; i += kWarp) {
    const float d = x[i] - mean;
    squares += d * d;
  }
  return {mean, rsqrtf(warp_sum(squares) / static_cast<float>(width) + eps)};
}

}  // namespace equi::cuda
