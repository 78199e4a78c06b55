#include "core/scenes/sky.h"

#include <algorithm>

#include "core/scenes/noise.h"
#include "core/scenes/shapes.h"

namespace equi::scenes {
namespace {

// Amount 0..1 of sky to hide as a threshold of fbm values.
double threshold(double amount) {
  return 0.9 - 1.8 * amount;
}

}  // namespace

Clouds clouds(const View& view, const CloudStyle& style, std::uint64_t key) {
  // Rows move away faster towards the horizon; the width of clouds does not change along x.
  const auto up = (style.horizon - view.y).clamp_min(0.0).to(torch::kFloat64);
  const double p = style.perspective;
  const auto depth = -torch::log(up * p / style.horizon + (1.0 - p) * 0.35 + 0.02).mul_(0.55 * p + 0.02) +
                     view.y.to(torch::kFloat64) * (1.0 - p);
  const auto u = view.x / style.scale, v = depth * (style.flatness / style.scale);
  const auto density = fbm(u, v, key, style.octaves, 0.5);
  const auto towards_sun = fbm(u + 0.10 * style.sun_side, v - 0.16, key, std::min(style.octaves, 4), 0.5);
  const double edge = threshold(style.amount), soft = 0.15 + 0.9 * style.softness;
  return {smoothstep(edge - 0.3 * soft, edge + 0.7 * soft, density),
          (0.5 + (density - towards_sun) * 1.3 - (density - edge) * 0.12).clamp_(0.0, 1.0)};
}

Clouds cumulus(const View& view, double foot, double height, double scale, double amount, double sun_side,
               std::uint64_t key) {
  const auto y = view.y.to(torch::kFloat64);
  const auto u = view.x / scale, v = y / scale * 1.5;
  const auto puffs = fbm(u, v, key, 5, 0.52);
  const auto towards_sun = fbm(u + 0.09 * sun_side, v - 0.12, key, 4, 0.52);
  const auto mass = noise(view.x / (scale * 2.2), mix_keys(key, 77)) * 0.8 + (amount * 2.2 - 1.1);
  const auto rise = (foot - view.y) / height;  // 0 at the foot, 1 at the top
  const auto body = mass - rise * 1.5 + puffs * 0.75 + 0.35;
  const auto foot_edge = smoothstep(-0.06, 0.10, rise + puffs * 0.04);
  return {smoothstep(0.0, 0.22, body) * foot_edge,
          (0.38 + (puffs - towards_sun) * 1.15 + rise * 0.45).clamp_(0.0, 1.0)};
}

void stars(Canvas& canvas, double horizon, double density, const Color& color, std::uint64_t key) {
  Canvas sky = canvas.band(0.0, horizon);
  const View& view = sky.view;
  const double size = 0.07;  // of a cell
  const auto row = (view.y.to(torch::kFloat64) / size).floor();
  const auto u = view.x / size;
  const auto column = u.floor();
  const auto cell = column.to(torch::kInt64) * 7919 + row.to(torch::kInt64) * 104729;
  const auto offset = [&](int which) { return cell_random(cell, mix_keys(key, std::uint64_t(which))); };
  const auto dx = (u - column).to(torch::kFloat32) - (offset(1) * 0.7 + 0.15);
  const auto dy = (view.y / size - row).to(torch::kFloat32) - (offset(2) * 0.7 + 0.15);
  const auto brightness = (offset(3) - (1.0 - density)).clamp_min_(0.0).div_(density).square_();
  const auto radius = 0.0030 / size * (0.7 + brightness * 0.8);
  const auto glow = torch::exp((dx.square() + dy.square()) / radius.square() * -1.0);
  sky.add(color, glow * (brightness * 1.6) * smoothstep(horizon, horizon * 0.35, view.y));
}

Disc disc(const View& view, double y, double spacing, std::uint64_t key) {
  Disc nearest;
  for (const auto& one : instances(view.x, spacing, key, 0.5)) {
    nearest.dx =
        nearest.dx.defined() ? torch::where(one.dx.abs() < nearest.dx.abs(), one.dx, nearest.dx) : one.dx;
  }
  nearest.distance = (nearest.dx.square() + (view.y - y).square()).sqrt_();
  return nearest;
}

void shine(Canvas& canvas, const Disc& disc, double radius, const Color& color, double glow_radius,
           const Color& glow) {
  const auto d = disc.distance / glow_radius;
  canvas.add(glow, torch::exp(-d) * 0.55 + torch::exp(d.square() * -8.0) * 0.45);
  canvas.over(color, canvas.view.coverage(radius - disc.distance));
}

}  // namespace equi::scenes
