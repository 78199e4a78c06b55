#pragma once

#include <torch/torch.h>

// Terms of the tokenizer's loss. Pictures are float32 [B, 3, H, W], about [-1, 1].
namespace equi::train {

// The structural term: mean absolute difference of horizontal and vertical pixel differences, at full, half
// and quarter size, averaged. It keeps ridges sharp where L1 alone settles for their mean.
torch::Tensor gradient_loss(const torch::Tensor& made, const torch::Tensor& wanted);

// Posterior noise of one picture (algorithm.md section 1): its standard deviation is drawn once,
// clamp(N(0,1) * std / 0.8, -std, std), and multiplies standard normal numbers: [columns, width] float32.
torch::Tensor posterior_noise(std::uint64_t draws, std::int64_t columns, std::int64_t width, double std);

// 0.5 * mean of the squared posterior means, per number of the picture: the KL term of a picture divided by
// its count of pixels and channels, so that it has L1's scale.
torch::Tensor posterior_kl(const torch::Tensor& means, const torch::Tensor& picture);

}  // namespace equi::train
