#pragma once

#include <torch/torch.h>

#include "core/model/generator.h"

namespace equi::model {

// A layer's weights in 8 bits, as core/cpu/kernels.h describes them.
struct Int8Weights {
  torch::Tensor blocks;  // [int8_bytes(out, in)] int8, or undefined: the layer has none
  torch::Tensor scales;  // [out] float32
};

Int8Weights int8_weights(const LinearImpl& layer);

// Makes them for the linear layers of the generator's and the flow head's blocks, which are all but a few
// hundredths of what a column reads, as buffers of the layers; CpuLinear then takes those. The parameters
// stay as they are, for libtorch's operators. Precondition: the generator is on the CPU.
void quantize_blocks(Generator& generator);

}  // namespace equi::model
