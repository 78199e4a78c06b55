#pragma once

#include <torch/torch.h>

#include "core/media/image.h"

namespace equi::cli {

// A picture as a tensor [1, 3, H, W] in [-1, 1], float32.
torch::Tensor to_tensor(const media::Image& image);

// A tensor [1, 3, H, W] as a picture; values are clamped to [-1, 1] and rounded.
media::Image to_image(const torch::Tensor& tensor);

}  // namespace equi::cli
