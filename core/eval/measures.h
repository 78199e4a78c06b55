#pragma once

#include <torch/torch.h>

// Distances between pictures, and between sets of pictures.
namespace equi::eval {

// Structural similarity (Wang et al. 2004): 11 x 11 Gaussian window of deviation 1.5, K1 0.01, K2 0.03, mean
// over places and channels. Pictures [3, H, W] in [-1, 1], at least 11 px each way. 1 for equal ones.
double ssim(const torch::Tensor& a, const torch::Tensor& b);

// Frechet distance between two sets of features [N, F] and [M, F], both taken as Gaussians:
// |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)). At least 2 rows each.
double frechet_distance(const torch::Tensor& a, const torch::Tensor& b);

}  // namespace equi::eval
