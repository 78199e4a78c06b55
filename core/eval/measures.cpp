#include "core/eval/measures.h"

namespace equi::eval {
namespace {

torch::Tensor gaussian_window() {  // [3, 1, 11, 11], one for each channel
  const auto x = torch::arange(11, torch::kFloat64) - 5.0;
  auto line = torch::exp(-x * x / (2.0 * 1.5 * 1.5));
  line = line / line.sum();
  return torch::outer(line, line).expand({3, 1, 11, 11}).contiguous();
}

struct Gaussian {
  explicit Gaussian(const torch::Tensor& features)
      : mean(features.to(torch::kCPU, torch::kFloat64).mean(0)),
        covariance(torch::cov(features.to(torch::kCPU, torch::kFloat64).t())) {}
  torch::Tensor mean, covariance;  // [F], [F, F]
};

}  // namespace

double ssim(const torch::Tensor& a, const torch::Tensor& b) {
  constexpr double kC1 = 0.01 * 0.01, kC2 = 0.03 * 0.03;
  const auto window = gaussian_window();
  const auto unit = [](const torch::Tensor& x) {
    return ((x.to(torch::kCPU, torch::kFloat64).clamp(-1, 1) + 1) / 2).unsqueeze(0);
  };
  const auto mean_of = [&](const torch::Tensor& x) {
    return torch::conv2d(x, window, {}, 1, at::IntArrayRef{0, 0}, 1, 3);
  };
  const auto x = unit(a), y = unit(b);
  const auto mx = mean_of(x), my = mean_of(y);
  const auto vx = mean_of(x * x) - mx * mx, vy = mean_of(y * y) - my * my;
  const auto both = mean_of(x * y) - mx * my;
  const auto value = ((2 * mx * my + kC1) * (2 * both + kC2)) / ((mx * mx + my * my + kC1) * (vx + vy + kC2));
  return value.mean().item<double>();
}

double frechet_distance(const torch::Tensor& a, const torch::Tensor& b) {
  const Gaussian p(a), q(b);
  // tr (C1 C2)^(1/2) from the symmetric C1^(1/2) C2 C1^(1/2), which has the same eigenvalues.
  const auto [values, vectors] = torch::linalg_eigh(p.covariance);
  const auto root = vectors.matmul(torch::diag(values.clamp_min(0).sqrt())).matmul(vectors.t());
  const auto product = root.matmul(q.covariance).matmul(root);
  const auto trace = torch::linalg_eigvalsh(product).clamp_min(0).sqrt().sum();
  const auto distance =
      (p.mean - q.mean).square().sum() + p.covariance.trace() + q.covariance.trace() - 2 * trace;
  return std::max(distance.item<double>(), 0.0);
}

}  // namespace equi::eval
