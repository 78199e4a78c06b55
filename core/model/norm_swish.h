#pragma once

#include "core/model/layers.h"

namespace equi::model {

// swish(norm(x)), x [B, C, H, W]. When gradients are wanted on a CPU in bfloat16, both are one kernel of our
// own, forwards and backwards, with the channels innermost (libtorch's GroupNorm is an order slower backwards
// in that layout, in which its convolutions are at their quickest); otherwise exactly the two functions.
torch::Tensor norm_swish(const GroupNorm& norm, const torch::Tensor& x);

}  // namespace equi::model
