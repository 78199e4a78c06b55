// Lists of operations on a stream, and captured in a graph that is replayed for every column.
#include "core/cuda/kernels.h"
#include "core/cuda/launch.h"

namespace equi::cuda {
namespace {

__global__ void any_kernel() {}

cudaError_t launch_op(const EquiOp& op, const Launcher& launcher) {
  switch (op.kind) {
    case EQUI_OP_LINEAR:
      return launch(op.linear, launcher);
    case EQUI_OP_GEMM:
      return launch(op.gemm, launcher);
    case EQUI_OP_NORM_ROWS:
      return launch(op.norm_rows, launcher);
    case EQUI_OP_ATTEND_WINDOW:
      return launch(op.attend_window, launcher);
    case EQUI_OP_ATTEND_SCENE:
      return launch(op.attend_scene, launcher);
    case EQUI_OP_SILU_SUM:
      return launch(op.silu_sum, launcher);
    case EQUI_OP_SOLVER_STEP:
      return launch(op.solver_step, launcher);
    case EQUI_OP_SOLVER_PATH:
      return launch(op.solver_path, launcher);
    default:
      return cudaErrorInvalidValue;
  }
}

cudaError_t launch_all(const EquiOp* ops, std::int64_t count, const Launcher& launcher) {
  for (std::int64_t i = 0; i < count; ++i) {
    if (const auto code = launch_op(ops[i], launcher); code != cudaSuccess) return code;
  }
  return cudaSuccess;
}

cudaError_t capture(const EquiOp* ops, std::int64_t count, bool overlap, cudaGraph_t* graph) {
  cudaStream_t stream = nullptr;
  auto code = cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking);
  if (code != cudaSuccess) return code;
  code = cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal);
  if (code == cudaSuccess) {
    const auto launched = launch_all(ops, count, launcher_for(stream, overlap));
    code = cudaStreamEndCapture(stream, graph);
    if (launched != cudaSuccess) code = launched;
  }
  cudaStreamDestroy(stream);
  return code;
}

}  // namespace

// Kernels must have been compiled for 9.0 too: older code neither waits for the kernel in front nor knows of
// clusters, whatever runs it.
Launcher launcher_for(cudaStream_t stream, bool overlap) {
  constexpr int kHopper = 90;
  cudaFuncAttributes code{};
  int device = 0, major = 0;
  if (cudaGetDevice(&device) != cudaSuccess || cudaFuncGetAttributes(&code, any_kernel) != cudaSuccess)
    return {stream};
  cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device);
  const bool hopper = 10 * major >= kHopper && code.ptxVersion >= kHopper;
  return {stream, overlap && hopper, hopper};
}

}  // namespace equi::cuda

extern "C" int equi_cuda_run_ops(const EquiOp* ops, std::int64_t count, int overlap, void* stream) {
  const auto launcher = equi::cuda::launcher_for(static_cast<cudaStream_t>(stream), overlap != 0);
  return equi::cuda::launch_all(ops, count, launcher);
}

extern "C" int equi_cuda_graph_create(const EquiOp* ops, std::int64_t count, int overlap, void** graph) {
  cudaGraph_t captured = nullptr;
  cudaGraphExec_t executable = nullptr;
  auto code = equi::cuda::capture(ops, count, overlap != 0, &captured);
  if (code == cudaSuccess) code = cudaGraphInstantiate(&executable, captured, 0);
  if (captured != nullptr) cudaGraphDestroy(captured);
  *graph = executable;
  return code;
}

extern "C" int equi_cuda_graph_launch(void* graph, void* stream) {
  return cudaGraphLaunch(static_cast<cudaGraphExec_t>(graph), static_cast<cudaStream_t>(stream));
}

extern "C" void equi_cuda_graph_destroy(void* graph) {
  cudaGraphExecDestroy(static_cast<cudaGraphExec_t>(graph));
}
