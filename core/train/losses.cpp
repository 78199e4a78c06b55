#include "core/train/losses.h"

#include <algorithm>

#include "core/train/random.h"

namespace equi::train {
namespace {

constexpr int kScales = 3;

torch::Tensor step_along(const torch::Tensor& x, std::int64_t dim) {
  const auto size = x.size(dim);
  return x.narrow(dim, 1, size - 1) - x.narrow(dim, 0, size - 1);
}

}  // namespace

torch::Tensor gradient_loss(const torch::Tensor& made, const torch::Tensor& wanted) {
  auto error = made - wanted;  // differences are linear: those of the error are the error of the differences
  auto total = torch::zeros({}, error.options());
  for (int scale = 0; scale < kScales; ++scale) {
    if (scale > 0) error = torch::avg_pool2d(error, 2);
    total = total + step_along(error, 2).abs().mean() + step_along(error, 3).abs().mean();
  }
  return total / (2.0 * kScales);
}

torch::Tensor posterior_noise(std::uint64_t draws, std::int64_t columns, std::int64_t width, double std) {
  auto generator = generator_at(draws);
  const double drawn = torch::randn({}, generator, torch::kFloat32).item<double>() * std / 0.8;
  return torch::randn({columns, width}, generator, torch::kFloat32) * std::clamp(drawn, -std, std);
}

torch::Tensor posterior_kl(const torch::Tensor& means, const torch::Tensor& picture) {
  return 0.5 * means.to(torch::kFloat32).square().sum() / static_cast<double>(picture.numel());
}

}  // namespace equi::train
