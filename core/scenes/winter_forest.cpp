// Firs under snow in low light: white tiers, blue shadows, drifts.
#include <cmath>

#include "core/scenes/catalogue.h"
#include "core/scenes/noise.h"
#include "core/scenes/shapes.h"
#include "core/scenes/sky.h"

namespace equi::scenes {
namespace {

enum Place { zenith, low_sky, sun_color, glow, snow_lit, snow_shade, needles, mist };

const std::vector<Palette>& designs() {
  static const std::vector<Palette> list{
      {hex(0x7fa8d8), hex(0xffe0d0), hex(0xfff4e0) * 1.3, hex(0xffc8a8), hex(0xfff6f0), hex(0x8fa5d8),
       hex(0x2f4a66), hex(0xe6dcea)},
      {hex(0x5d86c8), hex(0xd8ecf8), hex(0xffffff) * 1.3, hex(0xe8f4ff), hex(0xffffff), hex(0x93b4e2),
       hex(0x2d5060), hex(0xd4e6f4)},
      {hex(0x58589c), hex(0xffb8a8), hex(0xffe4c8) * 1.4, hex(0xff9a90), hex(0xffd9cc), hex(0x7a78b8),
       hex(0x2f3560), hex(0xe0b0c0)},
      {hex(0x1c2858), hex(0x6f7fb8), hex(0xf0f4ff) * 1.1, hex(0x9fb0e8), hex(0xb8c8f0), hex(0x42548f),
       hex(0x141f42), hex(0x6a7ab0)},
  };
  return list;
}

}  // namespace

void winter_forest(Canvas& canvas, Dice dice) {
  const View& view = canvas.view;
  const auto color = choose(dice, designs());
  const double top = dice.uniform(0.36, 0.48), sun = dice.side();
  canvas.fill(gradient(view, {{0.0, color[zenith]}, {top + 0.12, color[low_sky]}}));
  if (dice.chance(0.6)) {
    shine(canvas, disc(view, dice.uniform(0.14, 0.28), 6.5, dice.key()), 0.045, color[sun_color], 0.3,
          color[glow] * 0.45);
  }
  const int layers = 5;
  for (int k = 0; k < layers; ++k) {
    const double near = double(k) / double(layers - 1);
    const double level = top + 0.04 + (0.90 - top) * std::pow(near, 1.1), rolls = 0.05 - 0.01 * near;
    const double size = 0.07 + 0.42 * std::pow(near, 1.35);
    const int tiers = k < 2 ? 3 : k < 4 ? 4 : 5;
    const auto key = dice.key();
    const Line ridge = [=](const torch::Tensor& x) {
      return fbm(x, key, 0.7, 3, 0.4).mul_(rolls).add_(level);
    };
    const double next = top + 0.04 + (0.90 - top) * std::pow(double(k + 1) / double(layers - 1), 1.1);
    Canvas layer =
        canvas.band(level - rolls * 1.6 - size * 1.05, k + 1 < layers ? next + rolls * 1.6 + 0.02 : 1.0);
    const View& v = layer.view;
    const double fog = 0.72 * std::pow(1.0 - near, 1.2);
    for (int row = 0; row < 2; ++row) {
      for (const auto& tree : instances(v.x, size * (0.42 + 0.20 * row), key + 5 + std::uint64_t(row), 0.9)) {
        const auto here = smoothstep(-0.55, 0.1, noise(tree.centre * (0.9 - 0.3 * near), key + 9)) *
                          (near > 0.9 ? 0.9 : 1.0);
        const auto tall = tree.random(1, 0.45, 1.0) * size * here + 1e-4;
        const auto foot = ridge(tree.centre) + 0.012;
        Canvas slot = layer.band(level - rolls * 1.6 - size, level + rolls * 1.6 + 0.02);
        const View& w = slot.view;
        const auto shape = conifer(w, tree.dx, foot, tall, 0.27, tiers);
        // Snow lies on the upper side of each tier and towards the sun.
        const auto t = (w.y - (foot - tall)) / tall;
        const auto tier = (t * double(tiers)).frac();
        const auto side = tree.dx / (tall * 0.2);
        const auto snow = smoothstep(0.85, 0.20, tier + side.abs() * 0.12 - side * sun * 0.28);
        const auto bright = smoothstep(-0.8, 0.8, side * sun);
        auto body = blend(w, color[needles], mix(color[snow_shade], color[snow_lit], 0.25), snow * 0.55);
        body = torch::lerp(body, blend(w, color[snow_shade], color[snow_lit], bright),
                           (snow * (bright * 0.5 + 0.45)));
        slot.over(torch::lerp(body, pigment(w, color[mist]), fog), shape);
      }
    }
    const auto vy = v.y.to(torch::kFloat64);
    const auto line = ridge(v.x);
    const auto drift = noise(v.x * (1.6 - 0.5 * near), vy * (11.0 - 4.0 * near), key + 20);
    const auto slope = (ridge(v.x + 0.04) - ridge(v.x - 0.04)) / 0.08;
    const auto lit = smoothstep(-0.7, 0.75, drift * 0.75 - slope * sun * 1.6 + 0.25);
    auto snow = blend(v, color[snow_shade], color[snow_lit], lit);
    const auto haze = smoothstep(0.0, 0.2, v.y - line) * (0.35 * (1.0 - near)) + fog * 0.8;
    snow = torch::lerp(snow, pigment(v, color[mist]), haze);
    layer.over(snow, below(v, ridge));
  }
}

}  // namespace equi::scenes
