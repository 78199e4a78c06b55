// Wooded hills one behind the other in the mist, spruces on every ridge.
#include <algorithm>
#include <cmath>

#include "core/scenes/catalogue.h"
#include "core/scenes/noise.h"
#include "core/scenes/shapes.h"
#include "core/scenes/sky.h"

namespace equi::scenes {
namespace {

enum Place { zenith, low_sky, sun_color, glow, far_wood, near_wood, mist };

const std::vector<Palette>& designs() {
  static const std::vector<Palette> list{
      {hex(0x8fb7c9), hex(0xf2ead0), hex(0xfff6df) * 1.3, hex(0xffe0a8), hex(0x8fb0ac), hex(0x12302c),
       hex(0xdfe6d6)},
      {hex(0x4f86a8), hex(0xffdca8), hex(0xfff0c8) * 1.4, hex(0xffb870), hex(0xa89a8a), hex(0x1d2f26),
       hex(0xf2cfa0)},
      {hex(0x6f8f9c), hex(0xc9d9da), hex(0xf4fafa) * 1.1, hex(0xdfeaea), hex(0x7f9ca3), hex(0x142a33),
       hex(0xc2d2d4)},
      {hex(0x40508f), hex(0xf2a8a0), hex(0xffd9b8) * 1.4, hex(0xff9a80), hex(0x8a7aa0), hex(0x1a1f3d),
       hex(0xe0a8a8)},
  };
  return list;
}

}  // namespace

void pine_forest(Canvas& canvas, Dice dice) {
  const View& view = canvas.view;
  const auto color = choose(dice, designs());
  const int layers = 5;
  const double top = dice.uniform(0.34, 0.48), steep = dice.uniform(0.7, 1.3);

  canvas.fill(gradient(view, {{0.0, color[zenith]}, {top + 0.15, color[low_sky]}}));
  if (dice.chance(0.75)) {
    shine(canvas, disc(view, dice.uniform(0.14, top - 0.08), 6.5, dice.key()), dice.uniform(0.04, 0.06),
          color[sun_color], 0.35, color[glow] * 0.6);
  }
  const auto veil =
      clouds(view, {.horizon = top + 0.2, .scale = 1.0, .flatness = 4.0, .amount = 0.35, .softness = 1.0},
             dice.key());
  canvas.over(mix(color[low_sky], color[sun_color], 0.3), veil.cover * 0.45);

  for (int k = 0; k < layers; ++k) {
    const double near = double(k) / double(layers - 1);  // 0 far, 1 near
    const double level = top + (0.98 - top) * std::pow(near, 0.9), rolls = (0.10 - 0.03 * near) * steep;
    const double size = 0.05 + 0.27 * near * near + 0.05 * near;
    const auto line_key = dice.key(), tree_key = dice.key();
    const double frequency = 0.75 + 0.15 * k;
    const Line ridge = [=](const torch::Tensor& x) {
      return fbm(x, line_key, frequency, 3, 0.4).mul_(rolls).add_(level);
    };
    const double next = top + (0.98 - top) * std::pow(double(k + 1) / double(layers - 1), 0.9);
    Canvas layer = canvas.band(level - rolls * 1.6 - size, std::min(1.0, next + rolls * 1.7 + 0.03));
    const Color wood = mix(color[far_wood], color[near_wood], std::pow(near, 0.8));
    auto hill = below(layer.view, ridge);
    const double spacing = size * 0.30;
    for (int row = 0; row < 2; ++row) {
      for (const auto& tree :
           instances(layer.view.x, spacing * (1.0 + 0.37 * row), tree_key + std::uint64_t(row), 0.9)) {
        const auto stand = tree.random(1, 0.45, 1.0);
        const auto foot = ridge(tree.centre) + 0.02;
        hill = torch::maximum(hill, conifer(layer.view, tree.dx, foot, stand * size, 0.20, 7));
      }
    }
    // Mist gathers below each ridge, up to the next.
    const auto ground = ridge(layer.view.x);
    const auto sink =
        smoothstep(0.0, 0.22 - 0.04 * near, layer.view.y - ground) * (0.85 * (1.0 - 0.75 * near));
    const auto body = blend(layer.view, wood, color[mist], sink);
    layer.over(body, hill);
  }
}

}  // namespace equi::scenes
