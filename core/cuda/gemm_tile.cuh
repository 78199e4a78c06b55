// Products of many rows on tensor cores. A block makes a tile of rows and outputs; slices of inputs of both
// stream through shared memory, kStages - 1 ahead of the tensor cores, the first weights before the kernel in
// front has ended. What such a product costs is the way of the operands from the second-level cache: each
// block reads its rows and its outputs' weights once, so tiles are large, and where there are too few of them
// for the device, the blocks of a cluster share the inputs and one tile's sums meet in their shared memory.
#pragma once

#include "core/cuda/ampere.cuh"
#include "core/cuda/cluster.cuh"
#include "core/cuda/launch.h"
#include "core/cuda/tile_epilogue.cuh"

namespace equi::cuda {

// Warps of a block: kRowWarps times kOutWarps share a tile of rows and outputs, kGroups of them each slice's
// inputs; kSplit blocks of a cluster all inputs. A warp has kRowTiles times 8 rows and kOutTiles times 16
// outputs.
template <int kRowWarps_, int kRowTiles_, int kOutWarps_, int kOutTiles_, int kGroups_, int kSlice_,
          int kStages_, int kBlocks_>
struct TileShape {
  static constexpr int kSlice = kSlice_,
                       kPieces = kSlice / 8;  // inputs of a slice; 16-byte pieces of its lines
  static constexpr int kRowWarps = kRowWarps_, kRowTiles = kRowTiles_, kOutWarps = kOutWarps_;
  static constexpr int kOutTiles = kOutTiles_, kGroups = kGroups_, kStages = kStages_;
  static constexpr int kBlocks = kBlocks_;  // on a multiprocessor at least
  static constexpr int kRows = 8 * kRowWarps * kRowTiles, kOutputs = 16 * kOutWarps * kOutTiles;
  static constexpr int kWarps = kRowWarps * kOutWarps * kGroups, kThreads = kWarps * kWarp;
  static constexpr int kTiles = kRows / 8 * (kOutputs / 16);         // 16 outputs of 8 rows
  static constexpr int kStagePieces = (kRows + kOutputs) * kPieces;  // rows, then weights
  static constexpr int kRing = kStages * kStagePieces;               // 16-byte pieces
  static constexpr int kSums = kGroups * kTiles * kWarp;             // of the tiles that a block finishes
  static constexpr std::size_t kShared = sizeof(uint4) * (kRing > kSums ? kRing : kSums);
  static_assert(kShared <=
                std::size_t{99} * 1024);  // what a block has from compute capability 8.0 on, at least
};

// Where a piece of a line lies: the eight lines that a matrix load reads at a time meet all banks. Those are
// neighbours among rows, every other one among outputs.
template <int kPieces>
__device__ inline int row_place(int row, int piece) {
  return row * kPieces + (piece ^ (row % 8));
}
template <int kPieces>
__device__ inline int weight_place(int out, int piece) {
  return out * kPieces + (piece ^ (out / 2 % 8));
}

// The part of one of kThreads threads in copying kCount lines of an operand: one piece of every kLines'th
// one.
template <int kCount, int kThreads, int kSlice>
class SliceCopy {
 public:
  // Lines first, ... of a matrix with `end` lines of `in` numbers.
  __device__ SliceCopy(const void* matrix, int first, int end, int in)
      : base_(static_cast<const __nv_bfloat16*>(matrix)), in_(in), left_(end - first - line()) {
    from_ = base_ + static_cast<int64_t>(first + line()) * in + piece() * 8;
  }

  // `to`: this thread's place for its first line; kLines lines further on pieces lie in the same order.
  __device__ void operator()(uint4* to, int slice) const {
    const int k = slice * kSlice;
    const bool inside = k + piece() * 8 < in_;
#pragma unroll
    for (int i = 0; i < kCount; i += kLines) {
      if (i + kLines > kCount && line() + i >= kCount) continue;
      const bool there = inside && i < left_;
      copy_sixteen(to + i * kPieces, there ? from_ + static_cast<int64_t>(i) * in_ + k : base_, there);
    }
  }

  __device__ static int piece() {
    return static_cast<int>(threadIdx.x) % kPieces;
  }
  __device__ static int line() {
    return static_cast<int>(threadIdx.x) / kPieces;
  }

 private:
  static constexpr int kPieces = kSlice / 8, kLines = kThreads / kPieces;
  static_assert(kLines % 16 == 0);

  const __nv_bfloat16 *base_, *from_;
  int in_, left_;
};

// sums += the warp's outputs times its rows, for its group's part of a slice. Outputs 2 g and 2 g + 1 are
// lines g and g + 8 of a tensor-core tile, so that a thread has neighbouring outputs of one row.
template <class Shape>
__device__ inline void multiply_slice(const uint4* rows, const uint4* weights, int group, int lane,
                                      float (&sums)[Shape::kOutTiles][Shape::kRowTiles][4]) {
  constexpr int kPieces = Shape::kPieces;
  constexpr int kSteps = Shape::kSlice / 16 / Shape::kGroups;  // tensor-core tiles, one behind the other
  const int out = lane % 16 < 8 ? 2 * (lane % 8) : 2 * (lane % 8) + 1;
#pragma unroll
  for (int step = 0; step < kSteps; ++step) {
    const int piece = (group * kSteps + step) * 2;
    uint4 a[Shape::kOutTiles];
#pragma unroll
    for (int o = 0; o < Shape::kOutTiles; ++o) {
      a[o] = load_tiles(weights + weight_place<kPieces>(o * 16 + out, piece + lane / 16));
    }
#pragma unroll
    for (int r = 0; r < Shape::kRowTiles; r += 2) {
      const bool two = r + 1 < Shape::kRowTiles;
      const int tile = two ? r + lane / 16 : r;
      const uint4 b = load_tiles(rows + row_place<kPieces>(tile * 8 + lane % 8, piece + lane / 8 % 2));
#pragma unroll
      for (int o = 0; o < Shape::kOutTiles; ++o) {
        multiply_tiles(sums[o][r], {a[o].x, a[o].y, a[o].z, a[o].w}, b.x, b.y);
        if (two) multiply_tiles(sums[o][r + 1], {a[o].x, a[o].y, a[o].z, a[o].w}, b.z, b.w);
      }
    }
  }
}

template <class Shape, int kSplit>
__global__ void __launch_bounds__(Shape::kThreads, Shape::kBlocks) gemm_tile(EquiGemm op) {
  constexpr int kStages = Shape::kStages, kRowTiles = Shape::kRowTiles, kOutTiles = Shape::kOutTiles;
  constexpr int kPieces = Shape::kPieces, kSlice = Shape::kSlice;
  constexpr int kColumns = Shape::kOutputs / 16;  // of tiles
  uint4* shared = reinterpret_cast<uint4*>(dynamic_shared());
  const int lane = threadIdx.x % kWarp, warp = threadIdx.x / kWarp;
  const int row_warp = warp % Shape::kRowWarps, out_warp = warp / Shape::kRowWarps % Shape::kOutWarps;
  const int group = warp / (Shape::kRowWarps * Shape::kOutWarps);
  const int first_row = static_cast<int>(blockIdx.x) * Shape::kRows;
  const int first_out = static_cast<int>(blockIdx.y) * Shape::kOutputs;
  const int rank = kSplit > 1 ? cluster_rank() : 0;
  const int slices = (op.in + kSlice - 1) / kSlice;
  const int mine = (slices - rank + kSplit - 1) / kSplit;  // slices rank, rank + kSplit, ...
  const SliceCopy<Shape::kRows, Shape::kThreads, kSlice> rows(op.a, first_row, op.rows, op.in);
  const SliceCopy<Shape::kOutputs, Shape::kThreads, kSlice> weights(op.weight, first_out, op.out, op.in);
  const auto stage = [&](int i) { return shared + i % kStages * Shape::kStagePieces; };
  uint4* const row_at = shared + row_place<kPieces>(rows.line(), rows.piece());
  uint4* const weight_at =
      shared + Shape::kRows * kPieces + weight_place<kPieces>(weights.line(), weights.piece());
  const auto copy_rows = [&](int i) {
    if (i < mine) rows(row_at + i % kStages * Shape::kStagePieces, rank + i * kSplit);
  };
  const auto copy_weights = [&](int i) {
    if (i < mine) weights(weight_at + i % kStages * Shape::kStagePieces, rank + i * kSplit);
  };

  let_next_start<kAtStart>(kLoading);
#pragma unroll 1
  for (int i = 0; i < kStages - 1; ++i) copy_weights(i);  // in the group of the first slice
  wait_for_previous();
#pragma unroll 1
  for (int i = 0; i < kStages - 1; ++i) {
    copy_rows(i);
    close_group();
  }
  let_next_start<kLoading>(kLoading);

  float sums[kOutTiles][kRowTiles][4] = {};
#pragma unroll 1
  for (int i = 0; i < mine; ++i) {
    wait_for_groups<kStages - 2>();
    __syncthreads();  // slice i is there, and nobody reads slice i - 1 any more
    copy_rows(i + kStages - 1);
    copy_weights(i + kStages - 1);
    close_group();
    const uint4* from = stage(i);
    multiply_slice<Shape>(from + row_warp * kRowTiles * 8 * kPieces,
                          from + (Shape::kRows + out_warp * kOutTiles * 16) * kPieces, group, lane, sums);
  }

  // All parts of a tile's sums meet in the block that finishes it, where the slices were. Whoever made them.
  constexpr int kOwn = (Shape::kTiles + kSplit - 1) / kSplit;  // tiles that a block finishes
  constexpr int kParts = Shape::kGroups * kSplit;
  static_assert(kParts * kOwn * kWarp * sizeof(float4) <= Shape::kShared);
  float4* parts = reinterpret_cast<float4*>(shared);  // [kOwn, kParts, lanes]
  const auto everybody = [] {
    if constexpr (kSplit > 1) {
      cluster_barrier();
    } else {
      __syncthreads();
    }
  };
  wait_for_groups<0>();
  everybody();
#pragma unroll
  for (int o = 0; o < kOutTiles; ++o) {
#pragma unroll
    for (int r = 0; r < kRowTiles; ++r) {
      const int tile = (row_warp * kRowTiles + r) * kColumns + out_warp * kOutTiles + o;
      float4* to = parts + (tile / kSplit * kParts + rank * Shape::kGroups + group) * kWarp + lane;
      if constexpr (kSplit > 1) to = in_block(to, tile % kSplit);
      const float(&s)[4] = sums[o][r];
      *to = {s[0], s[1], s[2], s[3]};
    }
  }
  everybody();
  // A thread has outputs 2 g and 2 g + 1 (g = lane / 4) of rows 2 q and 2 q + 1 (q = lane % 4) of a tile.
#pragma unroll 1
  for (int own = warp; own < kOwn; own += Shape::kWarps) {
    const int tile = own * kSplit + rank;
    if (tile >= Shape::kTiles) break;
    const TileEpilogue epilogue(op, first_row + tile / kColumns * 8 + 2 * (lane % 4),
                                first_out + tile % kColumns * 16 + 2 * (lane / 4));
    float4 sum = {0, 0, 0, 0};
#pragma unroll
    for (int part = 0; part < kParts; ++part) {
      const float4 s = parts[(own * kParts + part) * kWarp + lane];
      sum = {sum.x + s.x, sum.y + s.y, sum.z + s.z, sum.w + s.w};
    }
    epilogue.finish(op, {{sum.x, sum.z}, {sum.y, sum.w}});
  }
}

template <class Shape, int kSplit>
cudaError_t launch_gemm_tile(const EquiGemm& op, const Launcher& launcher) {
  const auto kernel = gemm_tile<Shape, kSplit>;
  const auto code = cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                         static_cast<int>(Shape::kShared));
  if (code != cudaSuccess) return code;
  // Neighbours share weights.
  const dim3 grid(blocks_for(op.rows, Shape::kRows), blocks_for(op.out, Shape::kOutputs), kSplit);
  return launcher(kernel, grid, Shape::kThreads, Shape::kShared, op, kSplit);
}

}  // namespace equi::cuda
