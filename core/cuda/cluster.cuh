// Clusters of blocks that reach each other's shared memory (compute capability 9.0; elsewhere a cluster is
// one block, and none of this is called).
#pragma once

#include "core/cuda/device.cuh"
#ifndef __CUDACC__
#include "tests/cuda/emulation/cluster.h"
#endif

namespace equi::cuda {

#ifdef __CUDACC__

// Place of this block in its cluster.
__device__ inline int cluster_rank() {
  uint32_t rank = 0;
#if __CUDA_ARCH__ >= 900
  asm("mov.u32 %0, %%cluster_ctarank;" : "=r"(rank));
#endif
  return static_cast<int>(rank);
}

// All threads of all blocks of the cluster; what each wrote before, in any block's memory, is visible after.
__device__ inline void cluster_barrier() {
#if __CUDA_ARCH__ >= 900
  asm volatile(
      "barrier.cluster.arrive.release.aligned;\n"
      "barrier.cluster.wait.acquire.aligned;" ::
          : "memory");
#endif
}

// The place in block `rank` that `p` is in this block's shared memory.
template <class T>
__device__ inline T* in_block(T* p, int rank) {
#if __CUDA_ARCH__ >= 900
  T* there = nullptr;
  asm("mapa.u64 %0, %1, %2;" : "=l"(there) : "l"(p), "r"(rank));
  return there;
#else
  return p;
#endif
}

#else
using emulation::cluster_barrier;
using emulation::cluster_rank;
using emulation::in_block;
#endif

}  // namespace equi::cuda
