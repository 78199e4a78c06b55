#include "core/train/discriminator.h"

#include "core/train/random.h"

namespace equi::train {
namespace {

constexpr std::int64_t kGroups = 8;

torch::nn::Conv2d convolution(std::int64_t in, std::int64_t out, std::int64_t stride) {
  return torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, 4).stride(stride).padding(1));
}

}  // namespace

DiscriminatorImpl::DiscriminatorImpl(std::int64_t channels)
    : layers(register_module("layers", torch::nn::Sequential())) {
  const auto leaky = [] { return torch::nn::LeakyReLU(torch::nn::LeakyReLUOptions().negative_slope(0.2)); };
  layers->push_back(convolution(3, channels, 2));
  layers->push_back(leaky());
  for (std::int64_t i = 0; i < 3; ++i) {
    const auto in = channels << i, out = channels << (i + 1);
    layers->push_back(convolution(in, out, i < 2 ? 2 : 1));
    layers->push_back(torch::nn::GroupNorm(kGroups, out));
    layers->push_back(leaky());
  }
  layers->push_back(convolution(channels << 3, 1, 1));
}

torch::Tensor DiscriminatorImpl::forward(const torch::Tensor& pictures) {
  return layers->forward(pictures);
}

void initialise(Discriminator& discriminator, std::uint64_t seed) {
  const torch::NoGradGuard no_grad;
  auto generator = generator_at(mix(seed, Purpose::weights, 3));
  for (auto& item : discriminator->named_parameters()) {
    auto& p = item.value();
    if (p.dim() > 1) {
      p.normal_(0.0, 0.02, generator);
    } else {
      p.fill_(item.key().ends_with("weight") ? 1.0 : 0.0);
    }
  }
}

torch::Tensor discriminator_loss(const torch::Tensor& real_scores, const torch::Tensor& made_scores) {
  return 0.5 * (torch::relu(1 - real_scores).mean() + torch::relu(1 + made_scores).mean());
}

torch::Tensor adversarial_loss(const torch::Tensor& made_scores) {
  return -made_scores.mean();
}

}  // namespace equi::train
