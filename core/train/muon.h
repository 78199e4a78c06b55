#pragma once

#include <string>

#include <torch/torch.h>

// Muon (Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural networks"): the momentum of a
// matrix with all its singular values made 1, so that directions of small gradient (fine detail) learn as
// fast as those of large gradient (the mean colour).
namespace equi::train {

// Whether Muon moves this parameter: linear and convolution weights. Not norms, biases, embeddings and what
// has fewer than 16 rows or columns, such as the layer that makes pixels.
bool moved_by_muon(const std::string& name, const torch::Tensor& weight);

// `update` as a matrix [size(0), the rest] whose singular values, those from about a 200th of its norm on,
// have become 0.7 to 1.2, by five Newton-Schulz iterations in bfloat16; of the same shape, float32, times 0.2
// sqrt(max(rows, columns)), so that its numbers are as large as those of an Adam step and the same learning
// rate serves (Liu et al. 2025, equation 4).
torch::Tensor muon_step(const torch::Tensor& update);

}  // namespace equi::train
