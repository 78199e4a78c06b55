// CUDA's warp matrix products, as far as core/cuda uses them (emulation.h): 16 x 16 tiles of bfloat16, summed
// in float32. Every lane holds the operands whole and eight of the sums.
#pragma once

#include <array>
#include <cstddef>

#include "tests/cuda/emulation/cuda_bf16.h"
#include "tests/cuda/emulation/cuda_runtime.h"

namespace nvcuda::wmma {

struct matrix_a;
struct matrix_b;
struct accumulator;
struct row_major;
struct col_major;
enum layout_t { mem_row_major };

constexpr int kSide = 16, kLanes = 32, kSumsOfLane = kSide * kSide / kLanes;

template <class Use, int kM, int kN, int kK, class T, class Layout = void>
struct fragment;

// Element [i][k] of a row-major left operand, [j][k] of a column-major right one: both lie as `kSide` rows.
template <class Use, class Layout>
struct fragment<Use, kSide, kSide, kSide, __nv_bfloat16, Layout> {
  std::array<std::array<float, kSide>, kSide> rows;
};
template <>
struct fragment<accumulator, kSide, kSide, kSide, float, void> {
  std::array<float, kSumsOfLane> sums;
};
using Sums = fragment<accumulator, kSide, kSide, kSide, float>;
using Left = fragment<matrix_a, kSide, kSide, kSide, __nv_bfloat16, row_major>;
using Right = fragment<matrix_b, kSide, kSide, kSide, __nv_bfloat16, col_major>;

inline void fill_fragment(Sums& to, float value) {
  to.sums.fill(value);
}

template <class Operand>
void load_matrix_sync(Operand& to, const __nv_bfloat16* from, unsigned stride) {
  for (std::size_t i = 0; i < kSide; ++i) {
    for (std::size_t k = 0; k < kSide; ++k) to.rows[i][k] = __bfloat162float(from[i * stride + k]);
  }
}

// Sum e of a lane is element number e * 32 + lane of the tile.
inline void mma_sync(Sums& to, const Left& a, const Right& b, const Sums& c) {
  const std::size_t lane = threadIdx.x % kLanes;
  for (std::size_t e = 0; e < kSumsOfLane; ++e) {
    const std::size_t at = e * kLanes + lane;
    const auto &left = a.rows[at / kSide], &right = b.rows[at % kSide];
    float sum = c.sums[e];
    for (std::size_t k = 0; k < kSide; ++k) sum += left[k] * right[k];
    to.sums[e] = sum;
  }
}

inline void store_matrix_sync(float* to, const Sums& from, unsigned stride, layout_t /*row major*/) {
  const std::size_t lane = threadIdx.x % kLanes;
  for (std::size_t e = 0; e < kSumsOfLane; ++e) {
    const std::size_t at = e * kLanes + lane;
    to[at / kSide * stride + at % kSide] = from.sums[e];
  }
}

}  // namespace nvcuda::wmma
