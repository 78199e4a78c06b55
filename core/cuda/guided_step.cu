#include <cuda_runtime.h>

#include "core/cuda/kernels.h"

namespace {

__global__ void guided_step(float* __restrict__ z, const float* __restrict__ v, std::int64_t count,
                            float scale, float dt) {
  const std::int64_t stride = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  for (std::int64_t i = blockIdx.x * static_cast<std::int64_t>(blockDim.x) + threadIdx.x; i < count;
       i += stride) {
    const float unconditional = v[count + i];
    z[i] += dt * (unconditional + scale * (v[i] - unconditional));
  }
}

}  // namespace

extern "C" int equi_cuda_abi() {
  return EQUI_CUDA_ABI;
}

extern "C" int equi_cuda_guided_step_f32(float* z, const float* v, std::int64_t count, float scale, float dt,
                                         void* stream) {
  constexpr int kThreads = 256;
  constexpr std::int64_t kMaxBlocks = 1024;
  if (count <= 0) return 0;
  const auto wanted = (count + kThreads - 1) / kThreads;
  const auto blocks = static_cast<unsigned>(wanted < kMaxBlocks ? wanted : kMaxBlocks);
  cudaLaunchConfig_t config{};
  config.gridDim = blocks;
  config.blockDim = kThreads;
  config.stream = static_cast<cudaStream_t>(stream);
  return cudaLaunchKernelEx(&config, guided_step, z, v, count, scale, dt);
}
