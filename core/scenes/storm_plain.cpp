// A thunderstorm over the plain: heavy clouds, curtains of rain, lightning, the wheat still in the light.
#include <cmath>

#include "core/scenes/catalogue.h"
#include "core/scenes/noise.h"
#include "core/scenes/shapes.h"
#include "core/scenes/sky.h"

namespace equi::scenes {
namespace {

enum Place {
  cloud_dark,
  cloud_mid,
  cloud_lit,
  low_sky,
  rain,
  flash,
  wheat_lit,
  wheat_shade,
  far_land,
  tree_color
};

const std::vector<Palette>& designs() {
  static const std::vector<Palette> list{
      {hex(0x1f2a3f), hex(0x46566e), hex(0x93a5b5), hex(0xe0d9b0), hex(0x6f8190), hex(0xf4f0ff),
       hex(0xe8b84a), hex(0x7a6230), hex(0x4a5a5c), hex(0x1a2620)},
      {hex(0x241f3d), hex(0x544a75), hex(0xb090ac), hex(0xffb98a), hex(0x84708f), hex(0xfff0ff),
       hex(0xd99a50), hex(0x68443f), hex(0x54485f), hex(0x1a1528)},
      {hex(0x16302f), hex(0x3f6460), hex(0x93b5a5), hex(0xd8f0c0), hex(0x6a918a), hex(0xf0fff4),
       hex(0xb8c050), hex(0x4f6a35), hex(0x3f6055), hex(0x10241c)},
  };
  return list;
}

// A jagged line of light from the clouds to the ground in some cells.
void lightning(Canvas& canvas, double from, double to, const Color& color, std::uint64_t key) {
  Canvas part = canvas.band(from, to);
  const View& v = part.view;
  const auto y = v.y.to(torch::kFloat64);
  for (const auto& bolt : instances(v.x, 2.6, key, 0.7)) {
    const auto here = (bolt.random(1) > 0.35).to(torch::kFloat32);
    const auto own = bolt.random(2, 0.0, 1000.0).to(torch::kFloat64);
    const auto at = ((y - from) / (to - from)).to(torch::kFloat32);
    const auto zigzag = fbm(y.expand({v.rows, v.width}) + own, key + 3, 9.0, 3, 0.55, Curve::angular) *
                            (0.035 * smoothstep(0.0, 0.15, at)) +
                        at * bolt.random(4, -0.16, 0.16);
    const auto d = (bolt.dx - zigzag).abs();
    part.add(color, (torch::exp(d * -38.0) * 0.30 + torch::exp(d * -9.0) * 0.14) * here);
    part.over(color * 1.2, v.coverage((0.0045 - 0.0022 * at) - d) * here);
    const auto fork = (bolt.dx - zigzag - (at - 0.45) * bolt.random(5, -0.7, 0.7) * 0.35).abs();
    part.over(color, v.coverage(0.0022 - fork) * here * (at > 0.45) * (at < 0.85));
  }
}

}  // namespace

void storm_plain(Canvas& canvas, Dice dice) {
  const View& view = canvas.view;
  const auto color = choose(dice, designs());
  const double horizon = dice.uniform(0.66, 0.74), sun = dice.side();
  const double base = dice.uniform(0.36, 0.46);  // lower edge of the clouds
  canvas.fill(gradient(view, {{base - 0.05, color[cloud_mid]}, {horizon, color[low_sky]}}));

  // The deck: billows lit from one side, darker towards a ragged base.
  Canvas sky = canvas.band(0.0, base + 0.16);
  const View& s = sky.view;
  const auto sy = s.y.to(torch::kFloat64);
  const auto key = dice.key();
  const auto billow = fbm(s.x * 0.9, sy * 2.3, key, 5, 0.45);
  const auto shifted = fbm(s.x * 0.9 + 0.20 * sun, sy * 2.3 - 0.26, key, 4, 0.45);
  const auto rag = noise(s.x * 0.8, key + 9) * 0.05 + noise(s.x * 3.1, key + 10) * 0.018;
  const auto light = ((billow - shifted) * 0.95 + 0.30 + (0.22 - s.y) * 0.9).clamp(0.0, 1.0);
  auto deck = blend(s, color[cloud_dark], color[cloud_mid], smoothstep(0.0, 0.55, light));
  deck = torch::lerp(deck, pigment(s, color[cloud_lit]), smoothstep(0.45, 1.15, light) * 0.8);
  sky.over(deck, smoothstep(0.045, -0.045, s.y - (base + rag) + billow * 0.035));

  // Rain hangs from it in veils.
  Canvas air = canvas.band(base - 0.05, horizon + 0.01);
  const View& a = air.view;
  const auto fallen = (a.y - base).clamp_min(0.0);
  const auto rain_key = dice.key();
  const auto veil =
      smoothstep(-0.05, 0.75, noise(a.x * 0.9, rain_key) + noise(a.x * 2.7, rain_key + 1) * 0.35);
  const auto streaks = noise(a.x * 9.0, (a.y.to(torch::kFloat64)) * 0.8, rain_key + 2);
  air.over(mix(color[rain], color[cloud_dark], 0.25), (veil * (0.72 + streaks * 0.16)).clamp(0.0, 1.0) *
                                                          smoothstep(0.0, 0.08, fallen) *
                                                          smoothstep(horizon + 0.25, base, a.y));
  if (dice.chance(0.75)) lightning(canvas, base - 0.02, horizon, color[flash], dice.key());

  // Land: far woods, then wheat in waves of light and shadow.
  const auto far_key = dice.key();
  const Line far_line = [=](const torch::Tensor& x) {
    return fbm(x, far_key, 1.4, 4, 0.45).mul_(0.014).add_(horizon - 0.012);
  };
  Canvas far_part = canvas.band(horizon - 0.06, horizon + 0.05);
  far_part.over(color[far_land], below(far_part.view, far_line));
  for (int k = 0; k < 3; ++k) {
    const double near = double(k) / 2.0,
                 level = horizon + 0.012 + (0.98 - horizon) * 0.62 * std::pow(near, 1.3);
    const auto hill_key = dice.key();
    const Line hill = [=](const torch::Tensor& x) {
      return fbm(x, hill_key, 0.55, 3, 0.35).mul_(0.008 + 0.022 * near).add_(level);
    };
    Canvas layer = canvas.band(level - 0.20, 1.0);
    const View& v = layer.view;
    const auto vy = v.y.to(torch::kFloat64);
    const auto down = (v.y - hill(v.x)).clamp_min(0.0);
    const auto patch = noise(v.x * (1.3 - 0.6 * near), vy * 9.0, hill_key + 1);
    const auto ears = noise(v.x * (30.0 - 14.0 * near), vy * (40.0 - 22.0 * near), hill_key + 2) * 0.16 +
                      torch::sin(down * (90.0 - 30.0 * near) + noise(v.x * 2.0, hill_key + 3) * 3.0) * 0.07;
    const auto lit =
        (patch * 0.45 + ears + 0.58 + smoothstep(0.05, 0.0, down) * 0.3 - near * 0.16).clamp(0.0, 1.0);
    auto wheat = blend(v, color[wheat_shade], color[wheat_lit], lit);
    wheat = torch::lerp(wheat, pigment(v, color[far_land]), 0.35 * (1.0 - near));
    if (k == 1) {  // lone trees bend in the wind
      for (const auto& tree : instances(v.x, 1.15, hill_key + 4, 0.8)) {
        const auto size = tree.random(1, 0.05, 0.095) * (tree.random(2) > 0.3);
        const auto foot = hill(tree.centre);
        const auto gust = size * 0.25 * -sun;
        const auto crown = torch::maximum(
            ellipse(v, tree.dx - gust, foot - size * 1.25, size * 0.95 + 1e-4, size * 0.72 + 1e-4),
            ellipse(v, tree.dx - gust * 2.6, foot - size * 1.05, size * 0.8 + 1e-4, size * 0.5 + 1e-4));
        layer.over(color[tree_color], crown);
        layer.over(color[tree_color],
                   v.coverage(torch::minimum(size * 0.09 - tree.dx.abs(),
                                             torch::minimum(v.y - (foot - size), foot + 0.01 - v.y))));
      }
    }
    layer.over(wheat, below(v, hill));
  }
}

}  // namespace equi::scenes
