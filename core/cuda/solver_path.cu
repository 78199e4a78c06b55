// A solver plan from known velocities. The steps of one number follow from each other, so a block takes few
// numbers: all its threads fetch velocities and write points, one thread for each number goes through the
// steps in shared memory.
#include "core/cuda/device.cuh"
#include "core/cuda/launch.h"

namespace equi::cuda {
namespace {

constexpr int kNumbers = 16, kLines = 16;  // of a block: numbers, and steps that are fetched at a time
constexpr int kThreads = kNumbers * kLines;
constexpr int kHistory = 4;

__global__ void __launch_bounds__(kThreads) solver_path(EquiSolverPath op) {
  __shared__ float path[kEquiMaxPathSteps][kNumbers];  // velocities, each replaced by its point
  __shared__ float plan[kEquiMaxPathSteps * kEquiPlanNumbers];
  const int number = threadIdx.x % kNumbers, line = threadIdx.x / kNumbers;
  const int i = static_cast<int>(blockIdx.x) * kNumbers + number;
  const bool there = i < op.count;
  let_next_start<kAtStart>(kLoading);
  for (int n = threadIdx.x; n < op.steps * kEquiPlanNumbers; n += kThreads) plan[n] = op.plan[n];
  wait_for_previous();
  const float scale = op.guided != 0 ? *op.scale : 0.0F;
  for (int s = line; there && s < op.steps; s += kLines) {
    const float* v = op.v + s * op.v_stride + i;
    const float own = v[0], other = op.guided != 0 ? v[op.count] : 0.0F;
    path[s][number] = op.guided != 0 ? other + scale * (own - other) : own;
  }
  float z = there ? op.start[i] : 0.0F;
  let_next_start<kLoading>(kLoading);
  __syncthreads();

  if (line == 0 && there) {
    float history[kHistory] = {};  // newest first
    for (int s = 0; s < op.steps; ++s) {
      const float* step = plan + s * kEquiPlanNumbers;
      float h = path[s][number];
      path[s][number] = z;
      if (op.clean != 0) h = z - step[0] * h;
#pragma unroll
      for (int j = kHistory - 1; j > 0; --j) history[j] = history[j - 1];
      history[0] = h;
      z *= step[1];
#pragma unroll
      for (int j = 0; j < kHistory; ++j) z = fmaf(step[2 + j], history[j], z);
    }
    op.before[i] = op.end[i];
    op.end[i] = z;
  }
  __syncthreads();
  for (int s = line; there && s < op.steps; s += kLines) {
    const auto point = __float2bfloat16(path[s][number]);
    for (int c = 0; c < op.copies; ++c) {
      static_cast<__nv_bfloat16*>(op.points)[(static_cast<int64_t>(s) * op.copies + c) * op.count + i] =
          point;
    }
  }
}

}  // namespace

cudaError_t launch(const EquiSolverPath& op, const Launcher& launcher) {
  const bool usable = op.steps >= 1 && op.steps <= kEquiMaxPathSteps && op.count >= 1 && op.copies >= 1;
  if (!usable) return cudaErrorInvalidValue;
  return launcher(solver_path, blocks_for(op.count, kNumbers), kThreads, 0, op);
}

}  // namespace equi::cuda
