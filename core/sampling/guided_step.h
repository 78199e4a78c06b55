#pragma once

#include <torch/torch.h>

namespace equi::sampling {

// One guided Euler step (algorithm.md section 3): z + dt * (v_uncond + scale * (v_cond - v_uncond)).
// z: [N, E]; velocities: [2N, E], conditional half first. On CUDA in float32 our fused kernel does it in one
// pass where its library is loaded; everywhere else it is plain tensor arithmetic.
torch::Tensor guided_step(const torch::Tensor& z, const torch::Tensor& velocities, double scale, double dt);

}  // namespace equi::sampling
