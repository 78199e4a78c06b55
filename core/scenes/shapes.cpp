#include "core/scenes/shapes.h"

#include <algorithm>

#include "core/scenes/dice.h"
#include "core/scenes/noise.h"

namespace equi::scenes {

torch::Tensor below(const View& view, const Line& line) {
  const double half = 0.5 * view.pixel();
  const auto slope = (line(view.x + half) - line(view.x - half)) * double(view.height);
  return view.coverage((view.y - line(view.x)) * torch::rsqrt(1.0 + slope.square()));
}

torch::Tensor Instance::random(int which, double low, double high) const {
  return cell_random(cell, mix_keys(key, std::uint64_t(which) + 1)).mul_(high - low).add_(low);
}

std::vector<Instance> instances(const torch::Tensor& x, double spacing, std::uint64_t key, double jitter,
                                int reach) {
  const auto nearest = (x / spacing - (reach > 0 ? 0.5 : 0.0)).floor();
  std::vector<Instance> found;
  for (int offset = 1 - std::max(reach, 1); offset <= reach; ++offset) {
    const auto lattice = nearest + double(offset);
    Instance one{{}, {}, lattice.to(torch::kInt64), key};
    const auto wander = cell_random(one.cell, key).sub_(0.5).mul_(jitter).to(torch::kFloat64);
    one.centre = (lattice + wander + 0.5) * spacing;
    one.dx = (x - one.centre).to(torch::kFloat32);
    found.push_back(std::move(one));
  }
  return found;
}

torch::Tensor conifer(const View& view, const torch::Tensor& dx, const torch::Tensor& foot,
                      const torch::Tensor& height, double slimness, int tiers) {
  const auto t = (view.y - (foot - height)) / height;  // 0 at the tip, 1 at the foot
  const auto tier = (t * double(tiers)).frac();
  const auto half = height * slimness * (t * 0.62 + tier * 0.30 * t.clamp(0.12, 1.0) + 0.02);
  const auto inside = torch::minimum(half - dx.abs(), torch::minimum(t, 1.02 - t) * height);
  return view.coverage(inside);
}

torch::Tensor ellipse(const View& view, const torch::Tensor& dx, const torch::Tensor& centre_y,
                      const torch::Tensor& half_width, const torch::Tensor& half_height) {
  const auto radius = ((dx / half_width).square() + ((view.y - centre_y) / half_height).square()).sqrt_();
  return view.coverage((1.0 - radius) * torch::minimum(half_width, half_height));
}

}  // namespace equi::scenes
