#pragma once

#include <cstdint>

// The C interface of libequicanvas_cuda. Pointers are device pointers, `stream` is a cudaStream_t; calls only
// launch and return the CUDA error code of the launch (0: none).
extern "C" {

// Grows when a signature changes; the host compares it before it uses a kernel.
#define EQUI_CUDA_ABI 1
int equi_cuda_abi();

// One guided Euler step on `count` = N*E numbers in float32 (algorithm.md section 3):
//   z += dt * (v_uncond + scale * (v_cond - v_uncond))
// v: [2N, E] contiguous, conditional half first; z: [N, E] contiguous, updated in place.
int equi_cuda_guided_step_f32(float* z, const float* v, std::int64_t count, float scale, float dt,
                              void* stream);
}
