// The savanna at day's end: acacias in silhouette, a great sun, grass in the last light.
#include <cmath>

#include "core/scenes/catalogue.h"
#include "core/scenes/noise.h"
#include "core/scenes/shapes.h"
#include "core/scenes/sky.h"

namespace equi::scenes {
namespace {

enum Place { zenith, middle, low_sky, sun_color, glow, far_land, near_land, grass_lit };

const std::vector<Palette>& designs() {
  static const std::vector<Palette> list{
      {hex(0x8a4a5a), hex(0xf08a48), hex(0xffd070), hex(0xfff0b0) * 1.5, hex(0xff9a40), hex(0xb86840),
       hex(0x2a1a18), hex(0xe0a048)},
      {hex(0x4a5a98), hex(0xf0a880), hex(0xffe0a0), hex(0xfff6d0) * 1.5, hex(0xffb870), hex(0xa08070),
       hex(0x33281f), hex(0xd8b060)},
      {hex(0x3a1f4f), hex(0xc0405a), hex(0xff9050), hex(0xffe090) * 1.5, hex(0xff6040), hex(0x84384f),
       hex(0x1a0d1f), hex(0xb05a48)},
  };
  return list;
}

// An acacia in most cells: a forked trunk under a flat, layered crown.
torch::Tensor acacias(const View& v, const Line& ground, double spacing, double tall, std::uint64_t key) {
  auto all = torch::zeros({v.rows, v.width}, v.options.dtype(torch::kFloat32));
  const auto tufts = noise(v.x * (5.5 / tall), key + 7) * (0.035 * tall) +
                     noise(v.x * (13.0 / tall), key + 8) * (0.02 * tall);
  for (const auto& tree : instances(v.x, spacing, key, 0.8)) {
    const auto size = tree.random(1, 0.5, 1.0) * tall * (tree.random(2) > 0.25) + 1e-4;
    const auto foot = ground(tree.centre) + 0.01;
    const auto lean = tree.random(3, -0.25, 0.25) * size;
    const auto up = ((foot - v.y) / size).clamp(-0.5, 1.5);
    const auto stem = tree.dx - lean * up;
    for (const double fork : {-0.42, 0.0, 0.38}) {
      const auto branch = (stem - (up - 0.35).clamp_min(0.0) * (fork * 1.3) * size).abs();
      all = torch::maximum(all,
                           v.coverage(torch::minimum(size * (0.034 - 0.014 * up) - branch,
                                                     torch::minimum(foot - v.y, v.y - (foot - size * 0.9)))));
    }
    const auto top = foot - size * 0.93;
    all = torch::maximum(all, ellipse(v, tree.dx - lean, top + tufts, size * 0.66, size * 0.105));
    all = torch::maximum(all, ellipse(v, tree.dx - lean * 1.1 + 0.22 * size, top - 0.075 * size + tufts,
                                      size * 0.40, size * 0.085));
    all = torch::maximum(all, ellipse(v, tree.dx - lean * 0.6 - 0.34 * size, top + 0.10 * size + tufts,
                                      size * 0.32, size * 0.07));
  }
  return all;
}

}  // namespace

void savanna(Canvas& canvas, Dice dice) {
  const View& view = canvas.view;
  const auto color = choose(dice, designs());
  const double horizon = dice.uniform(0.66, 0.74), radius = dice.uniform(0.10, 0.15);
  canvas.fill(
      gradient(view, {{0.0, color[zenith]}, {horizon * 0.55, color[middle]}, {horizon, color[low_sky]}}));
  const auto sun = disc(view, horizon - dice.uniform(0.06, 0.22), 6.5, dice.key());
  shine(canvas, sun, radius, color[sun_color], 0.45, color[glow] * 0.7);
  const auto near_sun = torch::exp(sun.distance * -2.0);
  const auto bars = clouds(view,
                           {.horizon = horizon,
                            .scale = 1.0,
                            .flatness = 7.0,
                            .perspective = 0.4,
                            .amount = dice.uniform(0.3, 0.5),
                            .softness = 0.6},
                           dice.key());
  canvas.over(blend(view, mix(color[zenith], color[middle], 0.35), color[low_sky],
                    (near_sun + bars.lit * 0.35).clamp(0.0, 1.0)),
              bars.cover * 0.7);

  const auto far_key = dice.key();
  const Line far_hills = [=](const torch::Tensor& x) {
    return fbm(x, far_key, 0.55, 4, 0.42).mul_(0.045).add_(horizon - 0.035);
  };
  Canvas far_part = canvas.band(horizon - 0.14, horizon + 0.03);
  far_part.over(blend(far_part.view, mix(color[far_land], color[low_sky], 0.45), color[low_sky],
                      smoothstep(horizon - 0.06, horizon + 0.02, far_part.view.y)
                              .expand({far_part.view.rows, view.width}) *
                          0.6),
                below(far_part.view, far_hills));
  for (int k = 0; k < 3; ++k) {
    const double near = double(k) / 2.0, level = horizon + 0.004 + 0.22 * std::pow(near, 1.5);
    const double tall = 0.075 + 0.36 * std::pow(near, 1.4), spacing = 0.24 + 1.1 * near;
    const auto key = dice.key();
    const Line ground = [=](const torch::Tensor& x) {
      return fbm(x, key, 0.7, 3, 0.4).mul_(0.010 + 0.014 * near).add_(level);
    };
    Canvas layer = canvas.band(level - tall * 1.25 - 0.02, 1.0);
    const View& v = layer.view;
    const Color shade = mix(color[far_land], color[near_land], std::pow(near, 0.7));
    Canvas slot = layer.band(level - tall * 1.25 - 0.03, level + 0.05);
    slot.over(shade, acacias(slot.view, ground, spacing, tall, key + 1));
    const auto down = (v.y - ground(v.x)).clamp_min(0.0);
    const auto blades =
        noise(v.x * (26.0 - 10.0 * near), v.y.to(torch::kFloat64) * (16.0 - 6.0 * near), key + 3);
    const auto swath = noise(v.x * 1.2, v.y.to(torch::kFloat64) * 12.0, key + 4);
    const auto lit =
        (smoothstep(0.10, 0.0, down) * 0.5 + swath * 0.22 + blades * 0.16 + 0.12).clamp(0.0, 1.0) *
        (1.0 - 0.45 * near);
    layer.over(blend(v, shade, color[grass_lit], lit), below(v, ground));
  }
}

}  // namespace equi::scenes
