// Products of many rows, for which the arithmetic counts: a block makes 64 rows of 128 outputs, or of 32
// where there would be too few blocks. Slices of 64 inputs of both operands stream through shared memory,
// kStages - 1 ahead of the tensor cores; two groups of warps share each slice, and add up what they have at
// the end.
#include "core/cuda/ampere.cuh"
#include "core/cuda/gemm.cuh"
#include "core/cuda/launch.h"

namespace equi::cuda {
namespace {

constexpr int kRows = 64, kWarpRows = 32;  // of a block, of a warp
constexpr int kRowTiles = kWarpRows / 16;
constexpr int kGroups = 2;
constexpr int kSlice = 64, kPieces = kSlice / 8;  // inputs of a slice; 16-byte pieces of its rows

template <int kOutputs_, int kWarpOutputs_, int kStages_>
struct Tiles {
  static constexpr int kOutputs = kOutputs_, kWarpOutputs = kWarpOutputs_, kStages = kStages_;
  static constexpr int kOutputTiles = kWarpOutputs / 8, kOutputWarps = kOutputs / kWarpOutputs;
  static constexpr int kGroupThreads = kRows / kWarpRows * kOutputWarps * kWarp;
  static constexpr int kThreads = kGroups * kGroupThreads;
  static constexpr int kStagePieces = (kRows + kOutputs) * kPieces;  // rows of a, then of the weight
  static constexpr std::size_t kShared = sizeof(uint4) * kStages * kStagePieces;
  static_assert(kShared >= sizeof(float4) * kOutputTiles * kThreads);  // sums are exchanged there
};
using Wide = Tiles<128, 64, 4>;
using Narrow = Tiles<32, 32, 6>;  // two blocks side by side on compute capability 8.0, too

// Where a piece of a row lies: eight lanes that read the same piece of eight rows meet all banks.
__device__ inline int place(int row, int piece) {
  return row * kPieces + (piece ^ (row % 8));
}

// The part of one of kThreads threads in copying kCount rows of an operand: one piece of every kLines'th row.
template <int kCount, int kThreads>
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
template <int kOutputTiles>
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

template <class Shape>
__global__ void __launch_bounds__(Shape::kThreads, 2) gemm_in_tiles(EquiGemm op) {
  constexpr int kOutputs = Shape::kOutputs, kOutputTiles = Shape::kOutputTiles, kStages = Shape::kStages;
  constexpr int kStagePieces = Shape::kStagePieces, kGroupThreads = Shape::kGroupThreads;
  uint4* shared = reinterpret_cast<uint4*>(dynamic_shared());
  const int lane = threadIdx.x % kWarp, warp = threadIdx.x / kWarp;
  const int group = static_cast<int>(threadIdx.x) / kGroupThreads;
  const int thread = static_cast<int>(threadIdx.x) % kGroupThreads;
  const int first_row = static_cast<int>(blockIdx.x) * kRows;
  const int first_out = static_cast<int>(blockIdx.y) * kOutputs;
  constexpr int kRowWarps = kRows / kWarpRows;
  const int warp_row = warp % kRowWarps * kWarpRows;
  const int warp_out = warp / kRowWarps % Shape::kOutputWarps * Shape::kWarpOutputs;
  const int slices = (op.in + kSlice - 1) / kSlice;
  const auto rows_of = [&](int slice) { return shared + slice % kStages * kStagePieces; };
  const auto weights_of = [&](int slice) { return rows_of(slice) + kRows * kPieces; };
  const SliceCopy<kRows, Shape::kThreads> copy_rows(op.a, first_row, op.rows, op.in);
  const SliceCopy<kOutputs, Shape::kThreads> copy_weights(op.weight, first_out, op.out, op.in);

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

template <class Shape>
cudaError_t launch_shape(const EquiGemm& op, const Launcher& launcher) {
  const auto kernel = gemm_in_tiles<Shape>;
  const auto code = cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                         static_cast<int>(Shape::kShared));
  if (code != cudaSuccess) return code;
  const dim3 grid(blocks_for(op.rows, kRows),
                  blocks_for(op.out, Shape::kOutputs));  // neighbours share weights
  return launcher(kernel, grid, Shape::kThreads, Shape::kShared, op);
}

constexpr int64_t kEnoughTiles = 64;  // blocks of wide ones
constexpr int kManyRows = 96;         // from here on narrow ones

bool wide(const EquiGemm& op) {
  return static_cast<int64_t>(blocks_for(op.rows, kRows)) * blocks_for(op.out, Wide::kOutputs) >=
         kEnoughTiles;
}

}  // namespace

bool suits_tiles(const EquiGemm& op) {
  return op.rows >= kManyRows || wide(op);
}

cudaError_t launch_gemm_tiles(const EquiGemm& op, const Launcher& launcher) {
  return wide(op) ? launch_shape<Wide>(op, launcher) : launch_shape<Narrow>(op, launcher);
}

}  // namespace equi::cuda
