#pragma once

#include <cuda_runtime.h>

#include "core/cuda/ops.h"

namespace equi::cuda {

// How kernels are launched: on a stream, and whether each may start before the one before it has ended
// (programmatic dependent launch, compute capability 9.0 and later).
struct Launcher {
  cudaStream_t stream = nullptr;
  bool overlap = false;
  bool clusters = false;  // whether there are any (compute capability 9.0 and later)

  // `cluster` blocks next to each other along z form a cluster.
  template <class Op>
  cudaError_t operator()(void (*kernel)(Op), dim3 grid, dim3 block, std::size_t shared, const Op& op,
                         unsigned cluster = 1) const {
    cudaLaunchAttribute attributes[2]{};
    unsigned count = 0;
    if (overlap) {
      attributes[count].id = cudaLaunchAttributeProgrammaticStreamSerialization;
      attributes[count++].val.programmaticStreamSerializationAllowed = 1;
    }
    if (cluster > 1) {
      attributes[count].id = cudaLaunchAttributeClusterDimension;
      attributes[count].val.clusterDim.x = attributes[count].val.clusterDim.y = 1;
      attributes[count++].val.clusterDim.z = cluster;
    }
    cudaLaunchConfig_t config{};
    config.gridDim = grid;
    config.blockDim = block;
    config.dynamicSmemBytes = shared;
    config.stream = stream;
    config.attrs = attributes;
    config.numAttrs = count;
    return cudaLaunchKernelEx(&config, kernel, op);
  }
};

// On a stream of the current device, with what that has of what a launch can ask for (graph.cu).
Launcher launcher_for(cudaStream_t stream, bool overlap);

// One source file for each kind of operation.
cudaError_t launch(const EquiLinear& op, const Launcher& launcher);
cudaError_t launch(const EquiGemm& op, const Launcher& launcher);
cudaError_t launch(const EquiNormRows& op, const Launcher& launcher);
cudaError_t launch(const EquiAttendWindow& op, const Launcher& launcher);
cudaError_t launch(const EquiAttendScene& op, const Launcher& launcher);
cudaError_t launch(const EquiSiluSum& op, const Launcher& launcher);
cudaError_t launch(const EquiSolverStep& op, const Launcher& launcher);
cudaError_t launch(const EquiSolverPath& op, const Launcher& launcher);

// To what 16-byte loads need.
inline bool aligned(const void* p) {
  return reinterpret_cast<std::uintptr_t>(p) % 16 == 0;
}
inline bool aligned(const EquiNorm& n) {
  return aligned(n.weight) && aligned(n.bias) && aligned(n.scale) && aligned(n.shift) &&
         n.modulation_stride % 4 == 0;
}

inline unsigned blocks_for(int64_t items, int64_t in_a_block) {
  return static_cast<unsigned>((items + in_a_block - 1) / in_a_block);
}

}  // namespace equi::cuda
