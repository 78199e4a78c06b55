// The operations that go through rows of numbers once.
#include "core/cuda/device.cuh"
#include "core/cuda/launch.h"

namespace equi::cuda {
namespace {

constexpr int kThreads = 256;

__device__ inline void write(void* y, int64_t at, float v, int as_operand) {
  if (as_operand != 0) {
    static_cast<__nv_bfloat16*>(y)[at] = __float2bfloat16(v);
  } else {
    static_cast<float*>(y)[at] = v;
  }
}

// A warp for each row.
__global__ void norm_rows(EquiNormRows op) {
  const int row = static_cast<int>((blockIdx.x * kThreads + threadIdx.x) / kWarp);
  const int lane = static_cast<int>(threadIdx.x) % kWarp;
  let_next_start();
  wait_for_previous();
  if (row >= op.rows) return;
  const float* x = op.x + static_cast<int64_t>(row % op.x_rows) * op.width;
  RowMoments moments{0.0F, 1.0F};
  if (op.norm.on != 0) moments = row_moments(x, op.width, op.norm.eps, lane);
  const int64_t m = row * op.norm.modulation_stride, at = static_cast<int64_t>(row) * op.width;
  for (int i = lane; i < op.width; i += kWarp) {
    const float v = op.norm.on == 0 ? x[i] : normalise(op.norm, x[i], moments.mean, moments.scale, i, m);
    write(op.y, at + i, v, op.y_is_operand);
  }
}

__device__ inline int64_t first_item() {
  return static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
}
__device__ inline int64_t item_stride() {
  return static_cast<int64_t>(gridDim.x) * kThreads;
}

__global__ void silu_sum(EquiSiluSum op) {
  let_next_start();
  wait_for_previous();
  const int64_t count = static_cast<int64_t>(op.steps) * op.rows * op.width;
  for (int64_t i = first_item(); i < count; i += item_stride()) {
    const int64_t row = i / op.width, column = i % op.width;
    const float t = op.times[row / op.rows * op.width + column];
    const float c = op.conditions[row % op.rows * op.width + column];
    write(op.y, i, silu(t + c), 1);
  }
}

__global__ void solver_step(EquiSolverStep op) {
  let_next_start();
  wait_for_previous();
  for (int64_t i = first_item(); i < op.count; i += item_stride()) {
    float h = op.v[i];
    if (op.guided != 0) h = op.v[op.count + i] + *op.scale * (h - op.v[op.count + i]);
    if (op.clean != 0) h = op.z[i] - op.time * h;
    op.history[0][i] = h;
    float next = op.keep * op.z[i];
    for (int j = 0; j < 4; ++j) {
      if (op.weights[j] != 0.0F) next += op.weights[j] * (j == 0 ? h : op.history[j][i]);
    }
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
  return launcher(norm_rows, blocks_for(static_cast<int64_t>(op.rows) * kWarp, kThreads), kThreads, 0, op);
}

cudaError_t launch(const EquiSiluSum& op, const Launcher& launcher) {
  const int64_t count = static_cast<int64_t>(op.steps) * op.rows * op.width;
  return launcher(silu_sum, item_blocks(count), kThreads, 0, op);
}

cudaError_t launch(const EquiSolverStep& op, const Launcher& launcher) {
  return launcher(solver_step, item_blocks(op.count), kThreads, 0, op);
}

}  // namespace equi::cuda
