// Products of any number of rows on tensor cores. A block makes 32 rows of 16 outputs; its warps share the
// summation among themselves, so that a matrix with few outputs still occupies the whole device.
#include <mma.h>

#include "core/cuda/device.cuh"
#include "core/cuda/launch.h"

namespace equi::cuda {
namespace {

using namespace nvcuda;  // NOLINT: the header's own idiom

constexpr int kWarps = 8;
constexpr int kThreads = kWarps * kWarp;
constexpr int kSide = 16;     // of a tensor-core tile
constexpr int kRowTiles = 2;  // of a block
constexpr int kRows = kRowTiles * kSide;

__global__ void __launch_bounds__(kThreads) gemm(EquiGemm op) {
  __shared__ float parts[kWarps][kRows][kSide];
  const int warp = threadIdx.x / kWarp;
  const int64_t first_row = static_cast<int64_t>(blockIdx.x) * kRows, first_out = blockIdx.y * kSide;
  const auto* a = static_cast<const __nv_bfloat16*>(op.a) + first_row * op.in;
  const auto* w = static_cast<const __nv_bfloat16*>(op.weight) + first_out * op.in;
  let_next_start();
  wait_for_previous();

  wmma::fragment<wmma::accumulator, kSide, kSide, kSide, float> sums[kRowTiles];
  for (auto& sum : sums) wmma::fill_fragment(sum, 0.0F);
#pragma unroll 2
  for (int k = warp * kSide; k < op.in; k += kWarps * kSide) {
    wmma::fragment<wmma::matrix_b, kSide, kSide, kSide, __nv_bfloat16, wmma::col_major> weights;
    wmma::load_matrix_sync(weights, w + k, op.in);
    for (int t = 0; t < kRowTiles; ++t) {
      wmma::fragment<wmma::matrix_a, kSide, kSide, kSide, __nv_bfloat16, wmma::row_major> rows;
      wmma::load_matrix_sync(rows, a + static_cast<int64_t>(t) * kSide * op.in + k, op.in);
      wmma::mma_sync(sums[t], rows, weights, sums[t]);
    }
  }
  for (int t = 0; t < kRowTiles; ++t) {
    wmma::store_matrix_sync(&parts[warp][t * kSide][0], sums[t], kSide, wmma::mem_row_major);
  }
  __syncthreads();

  for (int i = threadIdx.x; i < kRows * kSide; i += kThreads) {
    const int64_t row = first_row + i / kSide, out = first_out + i % kSide;
    if (row >= op.rows) continue;
    float v = op.bias[out];
    for (const auto& part : parts) v += part[i / kSide][i % kSide];
    const int64_t at = row * op.y_stride + out;
    float* y = op.y + at;
    *y = finish(op.epilogue, v, y, op.gate == nullptr ? nullptr : op.gate + row * op.gate_stride + out);
  }
}

}  // namespace

cudaError_t launch(const EquiGemm& op, const Launcher& launcher) {
  if (op.in % kSide != 0 || op.out % kSide != 0 || op.rows < 1) return cudaErrorInvalidValue;
  const dim3 grid(blocks_for(op.rows, kRows), blocks_for(op.out, kSide));
  return launcher(gemm, grid, kThreads, 0, op);
}

}  // namespace equi::cuda
