// Products of many rows, for which the arithmetic counts: a block makes 64 rows of 128 outputs. Slices of 64
// inputs of both operands stream through shared memory, kStages - 1 ahead of the tensor cores; two groups of
// warps share each slice, and add up what they have at the end.
#include "core/cuda/ampere.cuh"
#include "core/cuda/gemm.cuh"
#include "core/cuda/launch.h"

namespace equi::cuda {
namespace {

constexpr int kRows = 64, kOutputs = 128;  // of a block
constexpr int kWarpRows = 32, kWarpOutputs = 64;
constexpr int kRowTiles = kWarpRows / 16, kOutputTiles = kWarpOutputs / 8;  // of a warp
constexpr int kGroups = 2;
constexpr int kGroupWarps = kRows / kWarpRows * (kOutputs / kWarpOutputs);
constexpr int kThreads = kGroups * kGroupWarps * kWarp;
constexpr int kSlice = 64, kPieces = kSlice / 8;  // inputs of a slice; 16-byte pieces of its rows
constexpr int kStages = 4;
constexpr int kStagePieces = (kRows + kOutputs) * kPieces;  // rows of a, then of the weight
constexpr std::size_t kShared = sizeof(uint4) * kStages * kStagePieces;

// Where a piece of a row lies: eight lanes that read the same piece of eight rows meet all banks.
__device__ inline int place(int row, int piece) {
  return row * kPieces + (piece ^ (row % 8));
}

// A thread's part in copying kCount rows of an operand: one piece of every kLines'th row.
template <int kCount>
class SliceCopy {
 public:
  // Rows first, ... of a matrix with `end` rows of `in` numbers.
  __device__ SliceCopy(const void* matrix, int first, int end, int in)
      : base_(static_cast<const __nv_bfloat16*>(matrix)), in_(in), left_(end - first - line()) {
    from_ = base_ + static_cast<int64_t>(first + line()) * in + piece() * 8;
  }

  __device__ void operator()(uint4* to, int slice) const {
    const int k = slice * kSlice;
    const bool inside = k + piece() * 8 < in_;
    to += place(line(), piece());  // kLines rows further on pieces lie in the same order
#pragma unroll
    for (int i = 0; i < kCount; i += kLines) {
      const bool there = inside && i < left_;
      copy_sixteen(to + i * kPieces, there ? from_ + i * in_ + k : base_, there);
    }
  }

 private:
  static constexpr int kLines = kThreads / kPieces;
  static_assert(kLines % 8 == 0 && kCount % kLines == 0);

  __device__ static int piece() {
    return static_cast<int>(threadIdx.x) % kPieces;
  }
  __device__ static int line() {
    return static_cast<int>(threadIdx.x) / kPieces;
  }

  const __nv_bfloat16 *base_, *from_;
  int in_, left_;
};

// sums += the warp's rows times its outputs, for this group's half of a slice.
__device__ inline void multiply_slice(const uint4* a, const uint4* w, int group, int lane,
                                      float (&sums)[kRowTiles][kOutputTiles][4]) {
  constexpr int kDepth = 16, kHalf = kSlice / kGroups / kDepth;  // products of tiles, one behind the other
  static_assert(kHalf == 2);
  const int first = group * 2 * kHalf;  // piece
  uint4 rows[kRowTiles][kHalf];
#pragma unroll
  for (int m = 0; m < kRowTiles; ++m) {
#pragma unroll
    for (int h = 0; h < kHalf; ++h) {  // tiles: upper rows, lower rows, the same eight inputs further on
      rows[m][h] = load_tiles(a + place(m * 16 + lane % 16, first + 2 * h + lane / 16));
    }
  }
#pragma unroll
  for (int n = 0; n < kOutputTiles; ++n) {
    const uint4 b = load_tiles(w + place(n * 8 + lane % 8, first + lane / 8));
#pragma unroll
    for (int m = 0; m < kRowTiles; ++m) {
      const uint4 &near = rows[m][0], &far = rows[m][1];
      multiply_tiles(sums[m][n], {near.x, near.y, near.z, near.w}, b.x, b.y);
      multiply_tiles(sums[m][n], {far.x, far.y, far.z, far.w}, b.z, b.w);
    }
  }
}

__global__ void __launch_bounds__(kThreads, 2) gemm_in_tiles(EquiGemm op) {
  uint4* shared = reinterpret_cast<uint4*>(dynamic_shared());
  const int lane = threadIdx.x % kWarp, warp = threadIdx.x / kWarp;
  const int group = warp / kGroupWarps, thread = static_cast<int>(threadIdx.x) % (kGroupWarps * kWarp);
  const int first_row = static_cast<int>(blockIdx.x) * kRows;
  const int first_out = static_cast<int>(blockIdx.y) * kOutputs;
  const int warp_row = warp % 2 * kWarpRows, warp_out = warp / 2 % 2 * kWarpOutputs;
  const int slices = (op.in + kSlice - 1) / kSlice;
  const auto rows_of = [&](int slice) { return shared + slice % kStages * kStagePieces; };
  const auto weights_of = [&](int slice) { return rows_of(slice) + kRows * kPieces; };
  const SliceCopy<kRows> copy_rows(op.a, first_row, op.rows, op.in);
  const SliceCopy<kOutputs> copy_weights(op.weight, first_out, op.out, op.in);

  let_next_start<kAtStart>(kLoading);
  for (int s = 0; s < kStages - 1; ++s) copy_weights(weights_of(s), s);  // in the group of the first slice
  wait_for_previous();
  for (int s = 0; s < kStages - 1; ++s) {
    copy_rows(rows_of(s), s);
    close_group();
  }
  let_next_start<kLoading>(kLoading);

  float sums[kRowTiles][kOutputTiles][4] = {};
  for (int s = 0; s < slices; ++s) {
    wait_for_groups<kStages - 2>();
    __syncthreads();  // slice s is there, and nobody reads slice s - 1 any more
    if (const int next = s + kStages - 1; next < slices) {
      copy_rows(rows_of(next), next);
      copy_weights(weights_of(next), next);
    }
    close_group();
    multiply_slice(rows_of(s) + warp_row * kPieces, weights_of(s) + warp_out * kPieces, group, lane, sums);
  }
  wait_for_groups<0>();
  __syncthreads();

  // Each group gives the other one half of its sums, and finishes the other half: a tile of rows.
  static_assert(kGroups == 2 && kRowTiles == 2);
  constexpr int kGroupThreads = kGroupWarps * kWarp;
  float4* given = reinterpret_cast<float4*>(shared);  // [kGroups, kOutputTiles, kGroupThreads]
#pragma unroll
  for (int n = 0; n < kOutputTiles; ++n) {
    const float(&all)[kRowTiles][kOutputTiles][4] = sums;
    const auto pick = [&](int i) { return group == 0 ? all[1][n][i] : all[0][n][i]; };
    given[((1 - group) * kOutputTiles + n) * kGroupThreads + thread] = {pick(0), pick(1), pick(2), pick(3)};
  }
  __syncthreads();
  const int row = first_row + warp_row + group * 16 + lane / 4;
#pragma unroll
  for (int n = 0; n < kOutputTiles; ++n) {
    const float4 other = given[(group * kOutputTiles + n) * kGroupThreads + thread];
    const auto pick = [&](int i) { return group == 0 ? sums[0][n][i] : sums[1][n][i]; };
    PairEpilogue end(op, first_out + warp_out + n * 8 + 2 * (lane % 4));
    end.begin(op, row);
    end.end(op, row, {pick(0) + other.x, pick(1) + other.y});
    end.begin(op, row + 8);
    end.end(op, row + 8, {pick(2) + other.z, pick(3) + other.w});
  }
}

}  // namespace

int64_t gemm_tiles(const EquiGemm& op) {
  return static_cast<int64_t>(blocks_for(op.rows, kRows)) * blocks_for(op.out, kOutputs);
}

cudaError_t launch_gemm_tiles(const EquiGemm& op, const Launcher& launcher) {
  const auto code = cudaFuncSetAttribute(gemm_in_tiles, cudaFuncAttributeMaxDynamicSharedMemorySize, kShared);
  if (code != cudaSuccess) return code;
  const dim3 grid(blocks_for(op.rows, kRows), blocks_for(op.out, kOutputs));  // neighbours share weights
  return launcher(gemm_in_tiles, grid, kThreads, kShared, op);
}

}  // namespace equi::cuda
