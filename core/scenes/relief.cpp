#include "core/scenes/relief.h"

#include <cmath>

namespace equi::scenes {
namespace {

// What the next neighbour along a dimension has more than the one before; one-sided at the ends.
torch::Tensor rise(const torch::Tensor& height, int dim) {
  const auto n = height.size(dim);
  const auto ahead = torch::cat({height.narrow(dim, 1, n - 1), height.narrow(dim, n - 1, 1)}, dim);
  const auto behind = torch::cat({height.narrow(dim, 0, 1), height.narrow(dim, 0, n - 1)}, dim);
  return ahead - behind;
}

}  // namespace

Relief::Relief(const View& view, const torch::Tensor& tops) {
  const auto slices = tops.size(0);
  // The highest edge up to each slice never falls, so the slice that a row meets is found by bisection.
  const auto horizon = std::get<0>(tops.cummin(0));     // [K, W]
  const auto reached = horizon.neg().t().contiguous();  // [W, K] ascending
  const auto rows = view.y.neg().view({1, -1}).expand({view.width, view.rows}).contiguous();
  const auto met = torch::searchsorted(reached, rows).t();  // [rows, W]
  cover_ = (met < slices).to(torch::kFloat32);
  far_ = met.clamp_max(slices - 1).contiguous();
  near_ = (far_ - 1).clamp_min(0);
  const auto at_near = tops.gather(0, near_), at_far = tops.gather(0, far_);
  between_ = ((at_near - view.y) / (at_near - at_far).clamp_min(1e-6)).clamp_(0.0, 1.0);
  // Behind a crest the nearer slice is out of sight: nothing of it may shine through.
  between_ = torch::where(at_near > horizon.gather(0, near_), 1.0, between_);
}

torch::Tensor Relief::seen(const torch::Tensor& field) const {
  return torch::lerp(field.gather(0, near_), field.gather(0, far_), between_);
}

torch::Tensor facing(const torch::Tensor& height, double step_x, const torch::Tensor& z, double side,
                     double elevation) {
  const auto hx = rise(height, 1) / (2.0 * step_x), hz = rise(height, 0) / rise(z.unsqueeze(1), 0);
  // Normal (-hx, 1, -hz); the light comes from (side, elevation, -0.5): somewhat from the viewer's side.
  const auto length = (hx.square() + hz.square() + 1.0).sqrt_();
  const double norm = std::sqrt(1.0 + elevation * elevation + 0.25);
  return (hx * -side + elevation + hz * 0.5).div_(length).div_(norm);
}

}  // namespace equi::scenes
