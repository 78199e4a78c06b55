#pragma once

#include "core/model/tokenizer.h"

namespace equi::train {

// Weights for a tokenizer in closed form: before the first gradient step it is already a linear codec of the
// data.
//
// With the residual branches silent, what is left of the network are its shortcuts and resampling
// convolutions, a linear pyramid but for the two output norms; these are held near the straight part of the
// swish by constants in the channels before them. Encoder: each downsampling keeps the principal components
// of its level, conv_out those of a block, quant_layer those of a column. Decoder: each layer, from the
// tokens up, is the least-squares map (over 3 x 3 neighbours) from what it really receives, posterior noise
// included, to what the encoder had at that level.
//
// tokenizer: float32 weights with storage, on the CPU. pictures: [N, 3, H, W] in [-1, 1], a few dozen at
// least.
void start_linear(model::Tokenizer& tokenizer, const torch::Tensor& pictures, std::uint64_t seed);

}  // namespace equi::train
