// What core/cuda/ampere.cuh has beyond CUDA C++ (emulation.h). A copy happens at once or at the last
// moment, when its thread waits for it, by turns: both what is read too early and what is overwritten too
// early shows.
#pragma once

#include <cstdint>

#include "tests/cuda/emulation/vector_types.h"

namespace emulation {

void copy_sixteen(void* to, const void* from, bool there);
void close_group();
void wait_for_all_but(int open);

template <int kOpen>
void wait_for_groups() {
  wait_for_all_but(kOpen);
}

// ldmatrix: four 8 x 8 tiles of 16-bit numbers; each lane says where one row lies.
uint4 load_tiles(const uint4* row);

// mma.m16n8k16: lanes hold operands and sums as the instruction has them.
void multiply_tiles(float (&sums)[4], const std::uint32_t (&a)[4], std::uint32_t b0, std::uint32_t b1);

}  // namespace emulation
