// Sand dunes with sharp crests: one flank in the sun, the other in the shade.
#include <cmath>

#include "core/scenes/catalogue.h"
#include "core/scenes/noise.h"
#include "core/scenes/shapes.h"
#include "core/scenes/sky.h"

namespace equi::scenes {
namespace {

enum Place { zenith, low_sky, sun_color, glow, sand_lit, sand_shade, haze, cloud };

const std::vector<Palette>& designs() {
  static const std::vector<Palette> list{
      {hex(0x3f86c2), hex(0xf6e2bd), hex(0xfff8e0) * 1.4, hex(0xffe0a0), hex(0xf3c27a), hex(0x9c6644),
       hex(0xf0d6b0), hex(0xffffff)},
      {hex(0x5a6fb0), hex(0xffc79a), hex(0xfff0c0) * 1.5, hex(0xffa860), hex(0xf2a05c), hex(0x7a4350),
       hex(0xf2b890), hex(0xffe0d0)},
      {hex(0x33386e), hex(0xe88a78), hex(0xffd8a0) * 1.5, hex(0xff7a50), hex(0xd97a58), hex(0x4a2f55),
       hex(0xc07a80), hex(0xf0a0a0)},
      {hex(0x6fa8c9), hex(0xf7ead8), hex(0xffffff) * 1.3, hex(0xfff0d0), hex(0xf5d9a8), hex(0xb58a68),
       hex(0xf3e3cb), hex(0xffffff)},
  };
  return list;
}

}  // namespace

void dunes(Canvas& canvas, Dice dice) {
  const View& view = canvas.view;
  const auto color = choose(dice, designs());
  const double horizon = dice.uniform(0.36, 0.50), sun = dice.side();

  canvas.fill(gradient(view, {{0.0, color[zenith]}, {horizon + 0.05, color[low_sky]}}));
  shine(canvas, disc(view, horizon - dice.uniform(0.08, 0.24), 4.2, dice.key()), dice.uniform(0.035, 0.055),
        color[sun_color], 0.30, color[glow] * 0.6);
  const auto cirrus = clouds(view,
                             {.horizon = horizon,
                              .scale = 1.1,
                              .flatness = 6.0,
                              .amount = dice.uniform(0.15, 0.4),
                              .softness = 1.0,
                              .sun_side = sun},
                             dice.key());
  canvas.over(color[cloud], cirrus.cover * 0.4);

  const int layers = 5;
  for (int k = 0; k < layers; ++k) {
    const double near = double(k) / double(layers - 1);
    const double level = horizon + (0.92 - horizon) * std::pow(near, 1.15);
    const double height = 0.035 + 0.12 * near, spacing = 0.55 + 0.75 * near;
    const auto key = dice.key();
    // A dune: long windward slope, short lee slope, one per cell.
    const Line crest = [=](const torch::Tensor& x) {
      return fbm(x, key, 0.9 / spacing, 3, 0.33).mul_(-height).add_(level);
    };
    Canvas layer = canvas.band(level - height * 1.8, 1.0);
    const auto line = crest(view.x);
    // The lit and the shaded flank meet in a line that runs down from each crest.
    const auto down = (layer.view.y - line).clamp_min(0.0);
    const auto u = layer.view.x / spacing;
    const auto flank = noise(u * 1.15, (layer.view.y.to(torch::kFloat64) - level) / height * 0.55, key + 5);
    const auto lean = (crest(view.x + 0.06 * spacing) - crest(view.x - 0.06 * spacing)) / (0.12 * height);
    const auto lit = smoothstep(
        -0.10, 0.16, lean * (sun * 0.55) * torch::exp(down / (-1.6 * height)) + flank * 0.55 + 0.05);
    const auto ripples =
        torch::sin((down / height * 16.0 + noise(u * 3.0, key + 9) * 5.0 + flank * 7.0)) * (0.05 * near);
    auto shade =
        blend(layer.view, color[sand_shade], color[sand_lit], (lit * 0.92 + ripples + 0.04).clamp_(0.0, 1.0));
    const auto fog = pigment(view, color[haze]).expand_as(shade);
    shade = torch::lerp(shade, fog, 0.62 * std::pow(1.0 - near, 1.2));
    layer.over(shade, below(layer.view, crest));
  }
}

}  // namespace equi::scenes
