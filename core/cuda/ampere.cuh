// What the products take from the instruction set of compute capability 8.0: copies of 16 bytes from global
// to shared memory that go on while a thread does something else, and operands of tensor cores as they lie in
// shared memory. A thread's copies end in groups, in the order in which it closed them.
#pragma once

#include "core/cuda/device.cuh"
#ifndef __CUDACC__
#include "tests/cuda/emulation/ampere.h"
#endif

namespace equi::cuda {

#ifdef __CUDACC__

__device__ inline uint32_t shared_address(const void* p) {
  return static_cast<uint32_t>(__cvta_generic_to_shared(p));
}

// Not `there`: zeros instead, and nothing is read.
__device__ inline void copy_sixteen(void* to, const void* from, bool there) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(shared_address(to)), "l"(from),
               "r"(there ? 16 : 0)
               : "memory");
}

__device__ inline void close_group() {
  asm volatile("cp.async.commit_group;" ::: "memory");
}

// Until all but the newest kOpen groups of this thread have ended; other threads see them after a barrier.
template <int kOpen>
__device__ inline void wait_for_groups() {
  asm volatile("cp.async.wait_group %0;" ::"n"(kOpen) : "memory");
}

// Four 8 x 8 tiles of bfloat16: lane l says where row l % 8 of tile l / 8 lies (16 bytes), and gets of each
// tile what multiply_tiles takes: numbers 2 (l % 4) and the one behind it of row l / 4.
__device__ inline uint4 load_tiles(const uint4* row) {
  uint4 v;
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w)
               : "r"(shared_address(row))
               : "memory");
  return v;
}

// sums += a b on tensor cores: a 16 x 16, b 16 x 8, in mma.m16n8k16's order.
__device__ inline void multiply_tiles(float (&sums)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1) {
  asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
      "{%0, %1, %2, %3};"
      : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

#else
using emulation::close_group;
using emulation::copy_sixteen;
using emulation::load_tiles;
using emulation::multiply_tiles;
using emulation::wait_for_groups;
#endif

}  // namespace equi::cuda
