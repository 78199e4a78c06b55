#pragma once

#include <cstdint>
#include <vector>

#include <torch/torch.h>

// Measures of how well decoded strips fit together. Pictures are [H, w, 3] uint8 on the CPU.
namespace equi::stream {

// Mean squared horizontal difference, over all rows and channels, between pixel x - 1 and x: [w - 1] float64,
// entry i for x = i + 1. Levels of 0..255.
torch::Tensor gradient_energy(const torch::Tensor& picture);

// Gradient energy near the borders against inside: the mean over the differences at most `reach` pixels from
// a border (a border x lies between pixel x - 1 and x; reach 0 is that difference alone), divided by the mean
// over all the others. About 1: no seam to be seen; a visible line is well above; blur is below. Throws
// Error(bad_input) when a border is not inside the picture or nothing is left inside.
double seam_ratio(const torch::Tensor& picture, const std::vector<std::int64_t>& borders, std::int64_t reach);

// Peak signal-to-noise ratio in dB of two pictures of one size; infinity when equal.
double psnr(const torch::Tensor& a, const torch::Tensor& b);

// The largest difference of a channel of a pixel, 0..255.
int largest_difference(const torch::Tensor& a, const torch::Tensor& b);

}  // namespace equi::stream
