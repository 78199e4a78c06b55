// Matrix-vector products for 1 to 8 rows. A thread holds eight inputs of every row in registers and
// multiplies them by the weights of several outputs, so a row is loaded once per block and never goes through
// shared memory; a block's threads then add up their parts. Weights come in 16-byte loads that begin before
// the kernel in front has ended.
#include "core/cuda/launch.h"
#include "core/cuda/norm.cuh"

namespace equi::cuda {
namespace {

constexpr int kVector = 8;                         // weights in a 16-byte load
constexpr int kThreads = 256, kManyThreads = 512;  // of a block at most

__device__ inline float low_half(uint32_t pair) {
  return __uint_as_float(pair << 16U);
}
__device__ inline float high_half(uint32_t pair) {
  return __uint_as_float(pair & 0xFFFF0000U);
}

// Eight numbers of a row.
struct Eight {
  float4 a = {0, 0, 0, 0}, b = {0, 0, 0, 0};

  __device__ float times(const uint4& w, float sum) const {
    sum = fmaf(low_half(w.x), a.x, sum);
    sum = fmaf(high_half(w.x), a.y, sum);
    sum = fmaf(low_half(w.y), a.z, sum);
    sum = fmaf(high_half(w.y), a.w, sum);
    sum = fmaf(low_half(w.z), b.x, sum);
    sum = fmaf(high_half(w.z), b.y, sum);
    sum = fmaf(low_half(w.w), b.z, sum);
    sum = fmaf(high_half(w.w), b.w, sum);
    return sum;
  }
};

// What a thread makes of the sums: one output of one row.
struct Target {
  int out, row;
  bool mine;
  float bias = 0, gate = 0, before = 0;

  template <int kRows, int kOutputs>
  __device__ static Target of(const EquiLinear& op) {
    const int t = static_cast<int>(threadIdx.x);
    Target to{static_cast<int>(blockIdx.x) * kOutputs + t / kRows, t % kRows, t < kRows * kOutputs};
    to.mine = to.mine && to.out < op.out;
    if (to.mine) to.bias = op.bias[to.out];
    return to;
  }
  // Of the rows from `first`; loads what the end will need.
  __device__ bool begin(const EquiLinear& op, int first) {
    if (!mine || first + row >= op.rows) return false;
    if (op.epilogue >= EQUI_ADD) before = op.y[static_cast<int64_t>(first + row) * op.y_stride + out];
    if (op.epilogue == EQUI_ADD_GATED) gate = op.gate[(first + row) * op.gate_stride + out];
    return true;
  }
  __device__ void end(const EquiLinear& op, int first, float sum) const {
#pragma unroll 1
    for (int c = 0; c < op.copies; ++c) {
      float* y = op.y + (static_cast<int64_t>(c) * op.rows + first + row) * op.y_stride + out;
      const float was = c == 0 || op.epilogue < EQUI_ADD ? before : *y;
      *y = finish(op.epilogue, sum + bias, was, gate);
    }
  }
};

// kRows rows at a time, kOutputs of a block, kVectors times eight inputs of a thread.
template <int kRows, int kOutputs, int kVectors, int kMaxThreads>
__global__ void __launch_bounds__(kMaxThreads) linear(EquiLinear op) {
  constexpr int kMaxWarps = kMaxThreads / kWarp;
  constexpr int kSums = kRows * kOutputs;
  __shared__ float parts[kMaxWarps][kSums];
  const int lane = threadIdx.x % kWarp, warp = threadIdx.x / kWarp;
  const int threads = static_cast<int>(blockDim.x), vectors = op.in / kVector;
  const auto place = [&](int v) { return static_cast<int>(threadIdx.x) + v * threads; };
  let_next_start<kAtStart>(kAtStart);

  uint4 weights[kVectors][kOutputs];
#pragma unroll
  for (int v = 0; v < kVectors; ++v) {
    const bool there = place(v) < vectors;
#pragma unroll
    for (int o = 0; o < kOutputs; ++o) {
      const int wanted = static_cast<int>(blockIdx.x) * kOutputs + o;
      const int64_t out = wanted < op.out ? wanted : 0;
      const uint4* weight = static_cast<const uint4*>(op.weight) + out * vectors + place(v);
      weights[v][o] = there ? load_once(weight) : uint4{0, 0, 0, 0};
    }
  }
  Target to = Target::of<kRows, kOutputs>(op);
  wait_for_previous();

  for (int first = 0; first < op.rows; first += kRows) {
    Eight x[kRows][kVectors];
#pragma unroll
    for (int r = 0; r < kRows; ++r) {
      if (first + r >= op.rows) continue;
      const float* row = op.x + static_cast<int64_t>(first + r) * op.in;
#pragma unroll
      for (int v = 0; v < kVectors; ++v) {
        if (place(v) >= vectors) continue;
        x[r][v] = {load_four(row + place(v) * kVector), load_four(row + place(v) * kVector + 4)};
      }
    }
    const bool mine = to.begin(op, first);

    float sums[kSums];  // of output o and row r at o * kRows + r
#pragma unroll
    for (int o = 0; o < kOutputs; ++o) {
#pragma unroll
      for (int r = 0; r < kRows; ++r) {
        float sum = 0.0F;
#pragma unroll
        for (int v = 0; v < kVectors; ++v) sum = x[r][v].times(weights[v][o], sum);
        sums[o * kRows + r] = sum;
      }
    }
    const float sum = warp_sums(sums, lane);
    constexpr int kLanes = kWarp / kSums;  // that hold the same one
    if (lane % kLanes == 0) parts[warp][lane / kLanes] = sum;
    __syncthreads();
    if (mine) {
      const float total = sum_of_parts<kMaxWarps>(&parts[0][threadIdx.x], kSums, threads / kWarp);
      to.end(op, first, total);
    }
    if (first + kRows < op.rows) __syncthreads();  // parts are used again
  }
}

template <int kRows, int kOutputs, int kVectors = 1, int kMaxThreads = kThreads>
cudaError_t launch_shape(const EquiLinear& op, const Launcher& launcher) {
  const int vectors = (op.in / kVector + kVectors - 1) / kVectors;
  const unsigned threads = blocks_for(vectors, kWarp) * kWarp;
  const auto kernel = linear<kRows, kOutputs, kVectors, kMaxThreads>;
  return launcher(kernel, blocks_for(op.out, kOutputs), threads, 0, op);
}

// Every block loads all rows: the more outputs it has, the less of that, as long as there are blocks for all
// multiprocessors.
constexpr int kManyOutputs = 768;

cudaError_t launch_wide(const EquiLinear& op, const Launcher& launcher) {
  static_assert(kEquiMaxWidth <= 2 * kManyThreads * kVector);
  if (op.in > kManyThreads * kVector) return launch_shape<2, 2, 2, kManyThreads>(op, launcher);
  return op.out >= kManyOutputs ? launch_shape<2, 8, 1, kManyThreads>(op, launcher)
                                : launch_shape<2, 2, 1, kManyThreads>(op, launcher);
}

}  // namespace

cudaError_t launch(const EquiLinear& op, const Launcher& launcher) {
  const bool usable = op.in % kVector == 0 && op.in >= kVector && op.in <= kEquiMaxWidth && op.rows >= 1 &&
                      op.rows <= kEquiMaxLinearRows && aligned(op.weight) && aligned(op.x);
  if (!usable) return cudaErrorInvalidValue;
  if (op.in > kThreads * kVector) return launch_wide(op, launcher);
  const bool many = op.out >= kManyOutputs;
  if (op.rows == 1) return many ? launch_shape<1, 8>(op, launcher) : launch_shape<1, 2>(op, launcher);
  if (op.rows == 2) return many ? launch_shape<2, 8>(op, launcher) : launch_shape<2, 2>(op, launcher);
  return many ? launch_shape<4, 4>(op, launcher) : launch_shape<4, 2>(op, launcher);
}

}  // namespace equi::cuda
