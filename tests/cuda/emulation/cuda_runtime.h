// The part of CUDA's language and runtime that core/cuda uses, for a machine without a GPU (emulation.h).
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>

#include "tests/cuda/emulation/vector_types.h"

#define __device__
#define __global__
#define __shared__ static
#define __launch_bounds__(...)

inline uint3 threadIdx, blockIdx;
inline dim3 blockDim, gridDim;

namespace emulation {
float4* dynamic_shared();
}

void __syncthreads();
void __syncwarp();
unsigned emulated_lane();
std::uint32_t emulated_shuffle_xor(unsigned mask, std::uint32_t bits, int lane_mask);
inline float __shfl_xor_sync(unsigned mask, float v, int lane_mask) {
  return std::bit_cast<float>(emulated_shuffle_xor(mask, std::bit_cast<std::uint32_t>(v), lane_mask));
}
void cudaGridDependencySynchronize();
void cudaTriggerProgrammaticLaunchCompletion();

inline float __expf(float v) {
  return std::exp(v);
}
inline float __fdividef(float a, float b) {
  return a / b;
}
inline float rsqrtf(float v) {
  return 1.0F / std::sqrt(v);
}
inline float __uint_as_float(unsigned bits) {
  return std::bit_cast<float>(bits);
}

enum cudaError_t {
  cudaSuccess = 0,
  cudaErrorInvalidValue = 1,
  cudaErrorInvalidConfiguration = 9,
  cudaErrorLaunchFailure = 719,
  cudaErrorStreamCaptureUnmatched = 904,
};

using cudaStream_t = struct EmulatedStream*;
using cudaGraph_t = struct EmulatedGraph*;
using cudaGraphExec_t = struct EmulatedGraph*;

enum cudaDeviceAttr { cudaDevAttrComputeCapabilityMajor };
enum cudaFuncAttribute { cudaFuncAttributeMaxDynamicSharedMemorySize };
enum cudaStreamCaptureMode { cudaStreamCaptureModeThreadLocal };
constexpr unsigned cudaStreamNonBlocking = 1;

enum cudaLaunchAttributeID {
  cudaLaunchAttributeProgrammaticStreamSerialization,
  cudaLaunchAttributeClusterDimension,
};
struct cudaLaunchAttribute {
  cudaLaunchAttributeID id;
  struct {
    int programmaticStreamSerializationAllowed;
    uint3 clusterDim;
  } val;
};
struct cudaLaunchConfig_t {
  dim3 gridDim, blockDim;
  std::size_t dynamicSmemBytes = 0;
  cudaStream_t stream = nullptr;
  cudaLaunchAttribute* attrs = nullptr;
  unsigned numAttrs = 0;
};

cudaError_t emulated_launch(const cudaLaunchConfig_t& config, const void* kernel, std::function<void()> body);
template <class... Wanted, class... Given>
cudaError_t cudaLaunchKernelEx(const cudaLaunchConfig_t* config, void (*kernel)(Wanted...),
                               Given&&... given) {
  return emulated_launch(
      *config, reinterpret_cast<const void*>(kernel),
      [kernel, ... args = static_cast<Wanted>(std::forward<Given>(given))] { kernel(args...); });
}

cudaError_t emulated_shared_limit(const void* kernel, int bytes);
template <class... Args>
cudaError_t cudaFuncSetAttribute(void (*kernel)(Args...), cudaFuncAttribute, int bytes) {
  return emulated_shared_limit(reinterpret_cast<const void*>(kernel), bytes);
}

struct cudaFuncAttributes {
  int ptxVersion = 90;
};
inline cudaError_t cudaFuncGetAttributes(cudaFuncAttributes* attributes, void (* /*kernel*/)()) {
  *attributes = {};
  return cudaSuccess;
}

cudaError_t cudaGetDevice(int* device);
cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int device);
cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags);
cudaError_t cudaStreamDestroy(cudaStream_t stream);
cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode mode);
cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph);
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* executable, cudaGraph_t graph, unsigned flags);
cudaError_t cudaGraphDestroy(cudaGraph_t graph);
cudaError_t cudaGraphLaunch(cudaGraphExec_t executable, cudaStream_t stream);
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t executable);
