#pragma once

#include <cstdint>

#include <torch/torch.h>

namespace equi::model {

// Rotary position embedding, base 10000, interleaved pairs (algorithm.md section 2).
//
// The table of cos and sin for `positions` [T] (float64, CPU): [T, head_width/2, 2], float32. The angles are
// computed in double precision: in float32 they go wrong past about 10^5 (section 7).
torch::Tensor rope_table(const torch::Tensor& positions, std::int64_t head_width);

// Positions first, first+1, ... [count], float64.
torch::Tensor positions_from(double first, std::int64_t count);

// Rotates the pairs of x [B, T, heads, head_width] by table [T, head_width/2, 2]; computed in float32,
// returned in x's dtype.
torch::Tensor apply_rope(const torch::Tensor& x, const torch::Tensor& table);

}  // namespace equi::model
