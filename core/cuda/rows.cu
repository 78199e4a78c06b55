// The operations that go through rows of numbers once.
#include "core/cuda/launch.h"
#include "core/cuda/norm.cuh"

namespace equi::cuda {
namespace {

constexpr int kThreads = 256;

struct alignas(8) FourHalves {
  __nv_bfloat162 a, b;
};

// A block for each row; a thread has kFours times four numbers of it.
template <int kFours>
__global__ void __launch_bounds__(kMaxNormThreads) norm_rows(EquiNormRows op) {
  __shared__ float2 scratch[kMaxNormThreads / kWarp];
  const int row = static_cast<int>(blockIdx.x);
  const auto place = [&](int f) {
    return 4 * (static_cast<int>(threadIdx.x) + f * static_cast<int>(blockDim.x));
  };
  const TriggerPoint when = op.y_is_operand != 0 ? kLoading : kAtStart;  // many rows, or a few
  let_next_start<kAtStart>(when);
  Affine constants[kFours];
#pragma unroll
  for (int f = 0; f < kFours; ++f) {
    if (place(f) < op.width) constants[f] = Affine::constants(op.norm, place(f));
  }
  wait_for_previous();

  const float* x = op.x + static_cast<int64_t>(row % op.x_rows) * op.width;
  const int64_t m = row * op.norm.modulation_stride, at = static_cast<int64_t>(row) * op.width;
  float4 numbers[kFours];
  Affine modulations[kFours];
  const float pivots[1] = {*x};
#pragma unroll
  for (int f = 0; f < kFours; ++f) {
    if (place(f) >= op.width) continue;
    numbers[f] = load_four(x + place(f));
    modulations[f] = Affine::modulation(op.norm, m, place(f));
  }
  let_next_start<kLoading>(when);
  if (op.norm.on != 0) {
    Sums sums[1];
    Moments moments[1];
#pragma unroll
    for (int f = 0; f < kFours; ++f) {
      if (place(f) < op.width) sums[0].add(numbers[f], pivots[0]);
    }
    block_moments(sums, pivots, op.width, op.norm.eps, scratch, moments);
#pragma unroll
    for (int f = 0; f < kFours; ++f) {
      if (place(f) >= op.width) continue;
      numbers[f] = modulations[f].modulate(constants[f].apply(moments[0].apply(numbers[f])));
    }
  }
#pragma unroll
  for (int f = 0; f < kFours; ++f) {
    if (place(f) >= op.width) continue;
    const float4& v = numbers[f];
    if (op.y_is_operand != 0) {
      *reinterpret_cast<FourHalves*>(static_cast<__nv_bfloat16*>(op.y) + at + place(f)) = {
          __float22bfloat162_rn({v.x, v.y}), __float22bfloat162_rn({v.z, v.w})};
    } else {
      *reinterpret_cast<float4*>(static_cast<float*>(op.y) + at + place(f)) = v;
    }
  }
}

__device__ inline int64_t first_item() {
  return static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
}
__device__ inline int64_t item_stride() {
  return static_cast<int64_t>(gridDim.x) * kThreads;
}

__global__ void silu_sum(EquiSiluSum op) {
  let_next_start<kAtStart>(kAtStart);
  wait_for_previous();
  const int64_t count = static_cast<int64_t>(op.steps) * op.rows * op.width;
  for (int64_t i = first_item(); i < count; i += item_stride()) {
    const int64_t row = i / op.width, column = i % op.width;
    const float t = op.times[row / op.rows * op.width + column];
    const float c = op.conditions[row % op.rows * op.width + column];
    static_cast<__nv_bfloat16*>(op.y)[i] = __float2bfloat16(silu(t + c));
  }
}

__global__ void solver_step(EquiSolverStep op) {
  let_next_start<kAtStart>(kAtStart);
  wait_for_previous();
  for (int64_t i = first_item(); i < op.count; i += item_stride()) {
    const float own = op.v[i], other = op.guided != 0 ? op.v[op.count + i] : 0.0F, z = op.z[i];
    const float scale = op.guided != 0 ? *op.scale : 0.0F;
    float older[4] = {};
#pragma unroll
    for (int j = 1; j < 4; ++j) {
      if (op.weights[j] != 0.0F) older[j] = op.history[j][i];
    }
    float h = op.guided != 0 ? other + scale * (own - other) : own;
    if (op.clean != 0) h = z - op.time * h;
    op.history[0][i] = h;
    float next = op.keep * z + op.weights[0] * h;
#pragma unroll
    for (int j = 1; j < 4; ++j) next += op.weights[j] * older[j];
    op.z[i] = next;
  }
}

constexpr int64_t kMaxBlocks = 2048;

unsigned item_blocks(int64_t items) {
  const unsigned blocks = blocks_for(items, kThreads);
  return blocks < kMaxBlocks ? blocks : static_cast<unsigned>(kMaxBlocks);
}

}  // namespace

cudaError_t launch(const EquiNormRows& op, const Launcher& launcher) {
  constexpr int kMore = 4;  // fours of a thread where one is not enough
  static_assert(kEquiMaxWidth <= 4 * kMore * kMaxNormThreads);
  const bool usable = op.width % 4 == 0 && op.width >= 4 && op.width <= kEquiMaxWidth && op.rows >= 1 &&
                      op.x_rows >= 1 && aligned(op.x) && aligned(op.y) && aligned(op.norm);
  if (!usable) return cudaErrorInvalidValue;
  const bool one = op.width <= 4 * kMaxNormThreads;
  const unsigned threads = blocks_for(op.width, 4 * kWarp * (one ? 1 : kMore)) * kWarp;
  return launcher(one ? norm_rows<1> : norm_rows<kMore>, static_cast<unsigned>(op.rows), threads, 0, op);
}

cudaError_t launch(const EquiSiluSum& op, const Launcher& launcher) {
  const int64_t count = static_cast<int64_t>(op.steps) * op.rows * op.width;
  return launcher(silu_sum, item_blocks(count), kThreads, 0, op);
}

cudaError_t launch(const EquiSolverStep& op, const Launcher& launcher) {
  return launcher(solver_step, item_blocks(op.count), kThreads, 0, op);
}

}  // namespace equi::cuda
