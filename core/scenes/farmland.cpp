// Rolling fields: strips of crops that follow the hills, hedges, farmhouses, fair-weather clouds.
#include <algorithm>
#include <cmath>

#include "core/scenes/catalogue.h"
#include "core/scenes/noise.h"
#include "core/scenes/shapes.h"
#include "core/scenes/sky.h"

namespace equi::scenes {
namespace {

enum Place { zenith, low_sky, cloud_lit, cloud_shade, grass, wheat, bloom, soil, hedge, haze, sunlight };

const std::vector<Palette>& designs() {
  static const std::vector<Palette> list{
      {hex(0x3a86cf), hex(0xcdeaf5), hex(0xffffff), hex(0xa8bfd4), hex(0x7db34a), hex(0xe6c860),
       hex(0xf2dd3a), hex(0x9a7048), hex(0x2f5a34), hex(0xb9d8d8), hex(0xfff6dd)},
      {hex(0x5c7fc0), hex(0xffdca8), hex(0xfff0d0), hex(0xb8a0b0), hex(0x94a845), hex(0xf0b850),
       hex(0xe89a40), hex(0x8f5a3f), hex(0x3d5030), hex(0xe6cfa8), hex(0xffe2b0)},
      {hex(0x6aa6d8), hex(0xf0eef0), hex(0xffffff), hex(0xb5b8d6), hex(0x88b86a), hex(0xdcd08a),
       hex(0x9a78c8), hex(0xa8825f), hex(0x3f6650), hex(0xd0d8e6), hex(0xfff8ee)},
      {hex(0x4a5c9c), hex(0xf7b08c), hex(0xffc0a0), hex(0x8a7098), hex(0x7a8f48), hex(0xd99a58),
       hex(0xc86a5a), hex(0x7a4a48), hex(0x343f3a), hex(0xd2a094), hex(0xffc890)},
  };
  return list;
}

// Fields on one hill: strips across x that lean with the slope, each with its crop and its furrows.
torch::Tensor fields(const View& view, const torch::Tensor& line, const Palette& color, double size,
                     double sun, std::uint64_t key) {
  const auto down = (view.y - line).clamp_min(0.0);
  const auto depth = torch::log1p(down / (0.30 * size)) * 0.9;
  const auto lean = noise(view.x * (0.5 / size), key) * 0.9;
  const auto across =
      (view.x / size).to(torch::kFloat64) + (depth * (lean + 0.55 * sun) + depth * 0.25).to(torch::kFloat64);
  const auto strip = across.floor();
  const auto row = (depth * 1.15 + cell_random(strip.to(torch::kInt64), key + 1)).floor();
  const auto cell = strip.to(torch::kInt64) * 131 + row.to(torch::kInt64);
  const auto crop = cell_random(cell, key + 2);
  const auto in = (across - strip).to(torch::kFloat32);
  const auto tone = cell_random(cell, key + 3) * 0.30 + 0.82;
  auto ground = blend(view, color[grass], color[grass] * 0.72, smoothstep(0.30, 0.34, crop));
  ground = torch::where(crop > 0.48, pigment(view, color[wheat]), ground);
  ground = torch::where(crop > 0.72, pigment(view, color[bloom]), ground);
  ground = torch::where(crop > 0.89, pigment(view, color[soil]), ground);
  const auto furrows = torch::cos(in * (2.0 * M_PI * 7.0)) * smoothstep(0.02, 0.10, down / size) * 0.09;
  ground = ground * (tone + furrows).unsqueeze(0);
  // Hedges on the borders.
  const auto border = torch::minimum(in, 1.0 - in) * size;
  const auto wide = (0.010 + 0.012 * noise(view.x * (6.0 / size), key + 4).clamp_min(0.0)) * size + 0.0016;
  const auto hedge_here =
      view.coverage(wide - border) * (cell_random(strip.to(torch::kInt64), key + 5) > 0.3);
  return torch::lerp(ground, pigment(view, color[hedge]), (hedge_here * 0.85));
}

}  // namespace

void farmland(Canvas& canvas, Dice dice) {
  const View& view = canvas.view;
  const auto color = choose(dice, designs());
  const double horizon = dice.uniform(0.40, 0.52), sun = dice.side(), roll = dice.uniform(0.7, 1.2);
  canvas.fill(gradient(view, {{0.0, color[zenith]}, {horizon, color[low_sky]}}));
  const auto cloud =
      cumulus(view, horizon - dice.uniform(0.08, 0.16), 0.30, 0.45, dice.uniform(0.35, 0.6), sun, dice.key());
  canvas.over(blend(view, color[cloud_shade], color[cloud_lit], cloud.lit), cloud.cover * 0.92);

  const int layers = 5;
  for (int k = 0; k < layers; ++k) {
    const double near = double(k) / double(layers - 1);
    const double level = horizon + 0.015 + (0.90 - horizon) * std::pow(near, 1.25),
                 height = (0.022 + 0.065 * near) * roll;
    const double next = horizon + 0.015 +
                        (0.90 - horizon) * std::pow(double(k + 1) / double(layers - 1), 1.25) +
                        (0.022 + 0.065 * (near + 0.25)) * roll * 1.7;
    const double size = 0.22 + 0.55 * near;
    const auto key = dice.key();
    const Line hill = [=](const torch::Tensor& x) {
      return fbm(x, key, 0.75 - 0.2 * near, 3, 0.35).mul_(height).add_(level);
    };
    Canvas layer = canvas.band(level - height * 1.7 - 0.10, std::min(1.0, next + 0.02));
    const View& v = layer.view;
    const auto line = hill(v.x);
    auto ground = fields(v, line, color, size, sun, key + 10);
    const auto slope = (hill(v.x + 0.03) - hill(v.x - 0.03)) / 0.06;
    const auto lit = (0.88 + slope * (sun * -1.3) + noise(v.x * 0.6, key + 20) * 0.10).clamp(0.55, 1.2) +
                     smoothstep(0.16, 0.0, v.y - line) * 0.14;
    ground = ground * lit.unsqueeze(0) * pigment(v, color[sunlight]);
    const auto fog = 0.62 * std::pow(1.0 - near, 1.4);
    ground = torch::lerp(ground, pigment(v, color[haze]), fog);

    // Round trees along the crest, behind the fields.
    const double tree_size = 0.018 + 0.05 * near;
    const Color leaf = mix(color[hedge], color[haze], fog);
    for (const auto& tree : instances(v.x, tree_size * 2.4, key + 30, 0.9)) {
      const auto here = smoothstep(0.05, 0.35, noise(tree.centre * (1.4 / (0.4 + near)), key + 31));
      const auto size_here = tree.random(1, 0.5, 1.0) * tree_size * here + 1e-4;
      const auto crown_y = hill(tree.centre) - size_here * 0.75;
      const auto crown = ellipse(v, tree.dx, crown_y, size_here * 0.85, size_here);
      const auto bright = smoothstep(0.7, -0.7, ((v.y - crown_y) + tree.dx * -sun * 0.8) / size_here);
      layer.over(blend(v, leaf * 0.65, mix(leaf * 1.5, color[grass] * color[sunlight], 0.25 * near), bright),
                 crown);
    }
    layer.over(ground, below(v, hill));
    if (k >= 1 && k <= 3) {  // a farmhouse here and there
      const double w = 0.022 + 0.03 * near;
      for (const auto& house : instances(v.x, 1.6, key + 40, 0.8)) {
        const auto present = (house.random(1) > 0.45).to(torch::kFloat32);
        const auto foot = hill(house.centre) + 0.25 * w;
        const auto wall = v.coverage(
            torch::minimum(w - house.dx.abs(), torch::minimum(v.y - (foot - w * 0.8), foot - v.y)));
        const auto roof_top = foot - w * 0.8 - (w * 1.15 - house.dx.abs()) * 0.75;
        const auto roof = v.coverage(
            torch::minimum(torch::minimum(v.y - roof_top, foot - w * 0.78 - v.y), w * 1.15 - house.dx.abs()));
        layer.over(mix(hex(0xfff4e4) * color[sunlight], color[haze], fog * 0.8), wall * present);
        layer.over(mix(hex(0xb5482f) * color[sunlight], color[haze], fog * 0.8), roof * present);
      }
    }
  }
}

}  // namespace equi::scenes
