// Red rock country: mesas and buttes with their strata, one row behind the other.
#include <cmath>

#include "core/scenes/catalogue.h"
#include "core/scenes/noise.h"
#include "core/scenes/shapes.h"
#include "core/scenes/sky.h"

namespace equi::scenes {
namespace {

enum Place { zenith, low_sky, cloud, rock_lit, rock_shade, band_lit, band_dark, talus, scrub, haze };

const std::vector<Palette>& designs() {
  static const std::vector<Palette> list{
      {hex(0x2f7fc4), hex(0xcfe6ea), hex(0xffffff), hex(0xe2844f), hex(0x8a3f38), hex(0xf2b27a),
       hex(0xb8583c), hex(0xcf7d50), hex(0x6f7a4a), hex(0xc3cdd2)},
      {hex(0x4a5fa8), hex(0xffd0a0), hex(0xffe0c8), hex(0xf08a4a), hex(0x6f2f45), hex(0xffc080),
       hex(0xb04838), hex(0xd07048), hex(0x66603f), hex(0xe6b09a)},
      {hex(0x2a2f66), hex(0xf29a80), hex(0xff9a88), hex(0xd9604a), hex(0x4a2450), hex(0xf58f66),
       hex(0x8f3548), hex(0xa84c4c), hex(0x46405a), hex(0xb87a90)},
      {hex(0x5fa0cf), hex(0xf6ead2), hex(0xffffff), hex(0xe8a870), hex(0xa0604a), hex(0xf7d2a0),
       hex(0xcf8355), hex(0xdba878), hex(0x8a8f5f), hex(0xe3dcd0)},
  };
  return list;
}

// A row of table mountains: the highest of the neighbours at each x.
Line tables(double level, double height, double spacing, std::uint64_t key) {
  return [=](const torch::Tensor& x) {
    auto top = fbm(x, key, 1.2 / spacing, 3, 0.4).mul_(0.06 * height);
    const auto crumble = fbm(x, mix_keys(key, 8), 9.0 / spacing, 2, 0.5, Curve::angular);
    for (const auto& mesa : instances(x, spacing, key, 0.7)) {
      const auto half = mesa.random(1, 0.06, 0.40) * spacing, tall = mesa.random(2, 0.35, 1.0) * height;
      const auto out = mesa.dx.abs() + crumble * (0.018 * spacing) - half;  // > 0 outside the wall
      const auto wall = (smoothstep(0.045 * spacing, 0.0, out) * 0.40 +
                         smoothstep(0.0, -0.03 * spacing, out + mesa.random(3, 0.0, 0.10) * spacing) * 0.26);
      const auto skirt = (1.0 - out / (0.42 * height + 0.05 * spacing)).clamp(0.0, 1.0).square() * 0.34;
      top = torch::maximum(top, (wall + skirt) * tall + crumble * (0.012 * height));
    }
    return top.neg_().add_(level);
  };
}

}  // namespace

void canyon(Canvas& canvas, Dice dice) {
  const View& view = canvas.view;
  const auto color = choose(dice, designs());
  const double sun = dice.side(), horizon = dice.uniform(0.56, 0.66);
  canvas.fill(gradient(view, {{0.0, color[zenith]}, {horizon, color[low_sky]}}));
  const auto heaps =
      cumulus(view, horizon - dice.uniform(0.16, 0.26), 0.22, 0.42, dice.uniform(0.2, 0.5), sun, dice.key());
  canvas.over(blend(view, mix(color[low_sky], color[zenith], 0.35), color[cloud], heaps.lit),
              heaps.cover * 0.85);

  const int layers = 4;
  for (int k = 0; k < layers; ++k) {
    const double near = double(k) / double(layers - 1);
    const double level = horizon + 0.05 + (0.98 - horizon) * 0.62 * std::pow(near, 1.2);
    const double height = 0.16 + 0.28 * std::pow(near, 0.9), spacing = 0.62 + 1.05 * near;
    const auto key = dice.key();
    const Line edge = tables(level, height, spacing, key);
    const double next =
        horizon + 0.05 + (0.98 - horizon) * 0.62 * std::pow(double(k + 1) / double(layers - 1), 1.2);
    Canvas layer = canvas.band(level - height * 1.15, k + 1 < layers ? next + 0.03 : 1.0);
    const View& v = layer.view;
    const auto line = edge(v.x);
    const auto y = v.y.to(torch::kFloat64);
    // Strata at fixed heights of this row, slightly bent.
    const auto bend = noise(v.x * (0.8 / spacing), mix_keys(key, 4)) * 0.02;
    const auto at = ((v.y - level) / height).expand({v.rows, v.width}) + bend;
    const auto bands = torch::sin(at * 21.0 + torch::sin(at * 9.0 + double(k)) * 1.8);
    // Buttresses: facets that turn to and from the sun, long from top to bottom.
    const auto facet = noise(v.x * (9.0 / spacing), y * (0.9 / height), key + 2) +
                       noise(v.x * (24.0 / spacing), y * (1.3 / height), key + 3) * 0.6 +
                       noise(v.x * (34.0 / spacing), y * (5.0 / height), key + 7) * 0.3;
    const auto slope = (edge(v.x + 0.02 * spacing) - edge(v.x - 0.02 * spacing)) / (0.05 * spacing);
    const auto lit = smoothstep(-0.2, 0.38, facet * 0.8 + (slope * -sun).clamp(-1.0, 1.0) * 0.75 + 0.15);
    auto rock = blend(v, color[rock_shade], color[rock_lit], lit);
    rock = torch::lerp(rock, blend(v, color[band_dark] * 0.6, color[band_dark], lit),
                       (smoothstep(0.25, 0.6, bands) * 0.65));
    rock = torch::lerp(rock, blend(v, color[band_lit] * 0.5, color[band_lit], lit),
                       (smoothstep(-0.45, -0.85, bands) * 0.6));
    // Scree and the plain at its foot, with scrub.
    const auto floor = smoothstep(-0.34, -0.12, at + facet * 0.05);
    const auto plain = blend(v, color[talus] * 0.72, color[talus], (lit * 0.5 + 0.4).clamp(0.0, 1.0));
    rock = torch::lerp(rock, plain, floor);
    const auto bushes =
        smoothstep(0.38, 0.66, noise(v.x * (34.0 / (0.4 + near)), y * (72.0 / (0.4 + near)), key + 6)) *
        smoothstep(-0.12, 0.05, at);
    rock = torch::lerp(rock, pigment(v, color[scrub] * 0.75), (bushes * 0.8));
    const auto fog = 0.66 * std::pow(1.0 - near, 1.3) + smoothstep(-0.6, 0.1, at) * (0.18 * (1.0 - near));
    rock = torch::lerp(rock, pigment(v, color[haze]), fog);
    layer.over(rock, below(v, edge));
  }
}

}  // namespace equi::scenes
