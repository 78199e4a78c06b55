#pragma once

#include <vector>

#include <torch/torch.h>

#include "core/model/generator.h"

namespace equi::stream {

// The weights that a column reads, as the operations of core/cuda/ops.h take them: matrices as they are in
// the model (bfloat16), vectors and what depends on the time grid alone as float32, all on the model's
// device.
struct ColumnWeights {
  struct Product {
    torch::Tensor weight, bias;  // [out, in] bfloat16, [out] float32
    std::int32_t in() const { return static_cast<std::int32_t>(weight.size(1)); }
    std::int32_t out() const { return static_cast<std::int32_t>(weight.size(0)); }
  };
  struct Norm {
    torch::Tensor weight, bias;  // [width] float32, or none
    double eps = 0;
  };
  struct Block {
    Norm norm1, norm2, cross_norm;
    Product qkv, proj, cross_q, cross_proj, fc1, fc2;
  };
  struct FlowBlock {
    Norm norm;
    Product first, second;
  };

  // times: those of the solver's plan.
  ColumnWeights(const model::Generator& generator, const std::vector<double>& times);

  Product z_proj, cond_embed, input_proj, final;
  // Of all flow blocks, then of the final layer, one below the other, so that one product makes those of all:
  // thirteen do not fill a GPU (100 steps: 0.26 ms, one 0.15). A copy, 124 MB at the large size.
  Product modulation;
  Norm z_proj_ln, encoder_norm, final_norm;
  std::vector<Block> blocks;
  std::vector<FlowBlock> flow_blocks;
  torch::Tensor relative_rope;  // [cond_length + 1, head_width / 2, 2], cos and sin
  torch::Tensor times;          // [evaluations, w], the time embedding of each
};

}  // namespace equi::stream
