#pragma once

#include <torch/torch.h>

namespace equi::train {

// PatchGAN (Isola et al. 2017): says for each patch of a picture how real it looks. Three convolutions of
// stride 2, one of stride 1, one to a single channel; kernels 4, LeakyReLU 0.2. GroupNorm in place of
// BatchNorm, so that a picture's score depends on that picture alone, whatever the batch and the processes.
struct DiscriminatorImpl : torch::nn::Module {
  explicit DiscriminatorImpl(std::int64_t channels);
  // [B, 3, H, W] -> [B, 1, about H/8, about W/8]
  torch::Tensor forward(const torch::Tensor& pictures);
  torch::nn::Sequential layers;
};
TORCH_MODULE(Discriminator);

// Weights N(0, 0.02), biases 0, norms 1, as a function of the seed.
void initialise(Discriminator& discriminator, std::uint64_t seed);

// Hinge losses: of the discriminator, and of what wants to pass for real.
torch::Tensor discriminator_loss(const torch::Tensor& real_scores, const torch::Tensor& made_scores);
torch::Tensor adversarial_loss(const torch::Tensor& made_scores);

}  // namespace equi::train
