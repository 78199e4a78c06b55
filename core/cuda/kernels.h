#pragma once

#include <cstdint>

#include "core/cuda/ops.h"
#include "core/cuda/picture_ops.h"

// The C interface of libequicanvas_cuda. Pointers are device pointers, `stream` is a cudaStream_t; calls only
// launch and return the CUDA error code of the launch (0: none).
extern "C" {

// Grows when a signature changes; the host compares it before it uses a kernel.
#define EQUI_CUDA_ABI 5
int equi_cuda_abi();

// One guided Euler step on `count` = N*E numbers in float32 (algorithm.md section 3):
//   z += dt * (v_uncond + scale * (v_cond - v_uncond))
// v: [2N, E] contiguous, conditional half first; z: [N, E] contiguous, updated in place.
int equi_cuda_guided_step_f32(float* z, const float* v, std::int64_t count, float scale, float dt,
                              void* stream);

// The operations of a list, one after the other on a stream. `overlap` lets each begin before the one before
// it has ended where the device can do that; results are the same.
int equi_cuda_run_ops(const EquiOp* ops, std::int64_t count, int overlap, void* stream);

// The same list as a graph on the current device: pointers and numbers are those of now. *graph: null on an
// error. The memory that the list points to must outlive the graph.
int equi_cuda_graph_create(const EquiOp* ops, std::int64_t count, int overlap, void** graph);
int equi_cuda_graph_launch(void* graph, void* stream);
void equi_cuda_graph_destroy(void* graph);

// Operations on pictures, one after the other on a stream. `overlap` lets each but the first begin before the
// one before it has ended where the device can do that; results are the same. May be captured in a graph.
int equi_cuda_run_picture_ops(const EquiPictureOp* ops, std::int64_t count, int overlap, void* stream);
}
