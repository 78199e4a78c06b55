// Products of up to 32 rows at a time: what they cost is the way of the weights, and of the rows to every
// block, so a block makes 32 rows of few outputs and its warps share the summation. All that a warp needs is
// on its way at once: weights in registers, begun before the kernel in front has ended, rows in shared
// memory, where each lane puts exactly what it will need itself.
#include "core/cuda/ampere.cuh"
#include "core/cuda/gemm.cuh"
#include "core/cuda/launch.h"

namespace equi::cuda {
namespace {

constexpr int kWarps = 8;
constexpr int kThreads = kWarps * kWarp;
constexpr int kRows = 32, kRowTiles = kRows / 8;  // of a block
constexpr int kSlice = 32;                        // inputs: two tensor-core tiles, 16 bytes of a lane
constexpr int kPad = 4;                           // floats behind a row of sums, against bank conflicts

// kTiles times 16 outputs of a block, kDepth slices of a warp on their way.
template <int kTiles, int kDepth>
struct FewRows {
  static constexpr int kOutputs = 16 * kTiles;
  static constexpr int kRowSums = kOutputs + kPad;
  static constexpr int kRing = kDepth * kRowTiles * kWarp;  // 16-byte pieces of a warp
  static constexpr std::size_t kShared = sizeof(uint4) * kRing * kWarps;
  static_assert(sizeof(float) * kRows * kRowSums <= sizeof(uint4) * kRing);  // sums replace the ring
};

template <int kTiles, int kDepth>
__global__ void __launch_bounds__(kThreads, 2) gemm(EquiGemm op) {
  using Shape = FewRows<kTiles, kDepth>;
  constexpr int kOutputs = Shape::kOutputs, kRowSums = Shape::kRowSums, kRing = Shape::kRing;
  const int lane = threadIdx.x % kWarp, warp = threadIdx.x / kWarp;
  const int g = lane / 4, q = lane % 4;  // of a tile: row, and which eight inputs of a slice
  const int first_row = static_cast<int>(blockIdx.x) * kRows;
  const int first_out = static_cast<int>(blockIdx.y) * kOutputs;
  const int slices = (op.in + kSlice - 1) / kSlice;
  const int mine = (slices - warp + kWarps - 1) / kWarps;  // slices warp, warp + kWarps, ...
  const int left = op.rows - first_row;
  const int row_tiles = left < kRows ? (left + 7) / 8 : kRowTiles;
  uint4* all = reinterpret_cast<uint4*>(dynamic_shared());
  uint4* ring = all + warp * kRing;  // [kDepth, kRowTiles, lanes]
  let_next_start<kAtStart>(kLoading);

  const auto input_at = [&](int i) { return (warp + i * kWarps) * kSlice + 8 * q; };
  const auto* weight =
      static_cast<const __nv_bfloat16*>(op.weight) + static_cast<int64_t>(first_out + g) * op.in;
  const auto* a = static_cast<const __nv_bfloat16*>(op.a) + static_cast<int64_t>(first_row + g) * op.in;
  uint4 weights[kDepth][kTiles][2];
  const auto load_weights = [&](int slot, int i) {
    const int k = input_at(i);
#pragma unroll
    for (int t = 0; t < kTiles; ++t) {
      const bool there = k < op.in && first_out + t * 16 < op.out;
#pragma unroll
      for (int half = 0; half < 2; ++half) {
        const auto* from = weight + (t * 16 + half * 8) * op.in + k;
        weights[slot][t][half] = there ? load_once(reinterpret_cast<const uint4*>(from)) : uint4{0, 0, 0, 0};
      }
    }
  };
  const auto copy_rows = [&](int slot, int i) {
    const int k = input_at(i);
#pragma unroll
    for (int t = 0; t < kRowTiles; ++t) {
      const bool there = k < op.in && t * 8 + g < left;
      if (i < mine && t < row_tiles) {
        const auto* from = there ? a + t * 8 * op.in + k : static_cast<const __nv_bfloat16*>(op.a);
        copy_sixteen(ring + (slot * kRowTiles + t) * kWarp + lane, from, there);
      }
    }
    close_group();
  };

#pragma unroll
  for (int d = 0; d < kDepth; ++d) load_weights(d, d);
  // The way out: a thread's pair of outputs is the same in each of kTiles groups of rows.
  constexpr int kPairs = kOutputs / 2, kGroup = kThreads / kPairs;
  const int pair = static_cast<int>(threadIdx.x) % kPairs, line = static_cast<int>(threadIdx.x) / kPairs;
  PairEpilogue end(op, first_out + 2 * pair);
  wait_for_previous();
#pragma unroll
  for (int d = 0; d < kDepth; ++d) copy_rows(d, d);
  if (kTiles == 1) end.begin(op, first_row + line);
  let_next_start<kLoading>(kLoading);

  float sums[kTiles][kRowTiles][4] = {};
  for (int base = 0; base < mine; base += kDepth) {
#pragma unroll
    for (int d = 0; d < kDepth; ++d) {
      wait_for_groups<kDepth - 1>();
      if (base + d < mine) {
#pragma unroll
        for (int t = 0; t < kRowTiles; ++t) {
          if (t >= row_tiles) break;
          const uint4 b = ring[(d * kRowTiles + t) * kWarp + lane];
#pragma unroll
          for (int o = 0; o < kTiles; ++o) {
            const uint4 &upper = weights[d][o][0], &lower = weights[d][o][1];
            multiply_tiles(sums[o][t], {upper.x, lower.x, upper.y, lower.y}, b.x, b.y);
            multiply_tiles(sums[o][t], {upper.z, lower.z, upper.w, lower.w}, b.z, b.w);
          }
        }
      }
      load_weights(d, base + d + kDepth);
      copy_rows(d, base + d + kDepth);
    }
  }
  wait_for_groups<0>();

  float* parts = reinterpret_cast<float*>(ring);  // [kRows, kRowSums]
  __syncwarp();
#pragma unroll
  for (int o = 0; o < kTiles; ++o) {
#pragma unroll
    for (int t = 0; t < kRowTiles; ++t) {
      float* to = parts + (t * 8 + 2 * q) * kRowSums + o * 16 + g;
      to[0] = sums[o][t][0];
      to[kRowSums] = sums[o][t][1];
      to[8] = sums[o][t][2];
      to[kRowSums + 8] = sums[o][t][3];
    }
  }
  __syncthreads();
#pragma unroll
  for (int t = 0; t < kTiles; ++t) {
    const int at = (t * kGroup + line) * kRowSums + 2 * pair, row = first_row + t * kGroup + line;
    float2 sum = {0, 0};
#pragma unroll
    for (int w = 0; w < kWarps; ++w) {
      const float2 part =
          *reinterpret_cast<const float2*>(reinterpret_cast<const float*>(all + w * kRing) + at);
      sum = {sum.x + part.x, sum.y + part.y};
    }
    if (kTiles > 1) end.begin(op, row);  // there are no registers for it before
    end.end(op, row, sum);
  }
}

template <int kTiles, int kDepth>
cudaError_t launch_few_rows(const EquiGemm& op, const Launcher& launcher) {
  using Shape = FewRows<kTiles, kDepth>;
  const auto kernel = gemm<kTiles, kDepth>;
  const auto code = cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                         static_cast<int>(Shape::kShared));
  if (code != cudaSuccess) return code;
  const dim3 grid(blocks_for(op.rows, kRows), blocks_for(op.out, Shape::kOutputs));
  return launcher(kernel, grid, kThreads, Shape::kShared, op);
}

}  // namespace

cudaError_t launch(const EquiGemm& op, const Launcher& launcher) {
  constexpr int kSide = 16;
  constexpr int64_t kWide = 2048;
  const bool usable = op.in % kSide == 0 && op.out % kSide == 0 && op.in > 0 && op.out > 0 && op.rows >= 1 &&
                      op.copies >= 1 && aligned(op.a) && aligned(op.weight) &&
                      (op.y != nullptr || (op.y_operand != nullptr && op.epilogue < EQUI_ADD));
  if (!usable) return cudaErrorInvalidValue;
  if (suits_tiles(op)) return launch_gemm_tiles(op, launcher);
  if (op.out >= kWide) return launch_few_rows<2, 3>(op, launcher);
  return launch_few_rows<1, 5>(op, launcher);
}

}  // namespace equi::cuda
