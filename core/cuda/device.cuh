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

// Where a kernel lets the next one start, up to that one's own wait_for_previous. At its start, several
// kernels may be on the device at once, all waiting: best for small ones (measured for products of two rows,
// a flow head of 1280: 68 us an evaluation instead of 73). Once it has its own turn and its loads are on
// their way, one waits and fetches weights meanwhile: best where blocks take much of a multiprocessor (32
// rows: 140 us instead of 164).
enum TriggerPoint { kAtStart, kLoading };

template <TriggerPoint kHere>
__device__ inline void let_next_start(TriggerPoint wanted) {
#ifndef __CUDACC__
  wanted = kAtStart;  // the emulation checks what kernels do before they wait
#endif
#if __CUDA_ARCH__ >= 900
  if (kHere == wanted) cudaTriggerProgrammaticLaunchCompletion();
#endif
}

// 16 bytes that are used once.
__device__ inline uint4 load_once(const uint4* p) {
#ifdef __CUDACC__
  uint4 v;
  asm volatile("ld.global.nc.L1::no_allocate.v4.u32 {%0, %1, %2, %3}, [%4];"
               : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w)
               : "l"(p));
  return v;
#else
  return *p;
#endif
}

__device__ inline float warp_sum(float v) {
  for (int offset = kWarp / 2; offset > 0; offset /= 2) v += __shfl_xor_sync(kAllLanes, v, offset);
  return v;
}

// Sums over a warp of kCount numbers that each lane has, kCount a power of two up to 32: lane l gets that of
// number l / (32 / kCount). Lanes exchange halves, so it takes kCount shuffles and not five times as many.
template <int kCount, int kOffset = kWarp / 2>
__device__ inline float warp_sums(const float (&v)[kCount], int lane) {
  constexpr int kHalf = kCount > 1 ? kCount / 2 : 1;
  float sums[kHalf];
#pragma unroll
  for (int i = 0; i < kHalf; ++i) {
    if constexpr (kCount > 1) {
      const bool upper = (lane & kOffset) != 0;
      const float keep = upper ? v[kHalf + i] : v[i], give = upper ? v[i] : v[kHalf + i];
      sums[i] = keep + __shfl_xor_sync(kAllLanes, give, kOffset);
    } else {
      sums[i] = v[i] + __shfl_xor_sync(kAllLanes, v[i], kOffset);
    }
  }
  if constexpr (kOffset == 1) {
    return sums[0];
  } else {
    return warp_sums<kHalf, kOffset / 2>(sums, lane);
  }
}

__device__ inline float silu(float v) {
  return __fdividef(v, 1.0F + __expf(-v));
}

__device__ inline float gelu(float v) {
  return 0.5F * v * (1.0F + erff(v * 0.70710678118654752F));
}

__device__ inline float finish(int epilogue, float v, float before, float gate) {
  switch (epilogue) {
    case EQUI_SILU:
      return silu(v);
    case EQUI_GELU:
      return gelu(v);
    case EQUI_ADD:
      return before + v;
    case EQUI_ADD_GATED:
      return before + gate * v;
    default:
      return v;
  }
}

}  // namespace equi::cuda
