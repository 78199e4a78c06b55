// Northern lights over snow: curtains of light, stars, hills that take their colour.
#include "core/scenes/catalogue.h"
#include "core/scenes/noise.h"
#include "core/scenes/shapes.h"
#include "core/scenes/sky.h"
#include "core/scenes/water.h"

namespace equi::scenes {
namespace {

enum Place { zenith, low_sky, foot_light, top_light, snow_lit, snow_shade, wood, ice };

const std::vector<Palette>& designs() {
  static const std::vector<Palette> list{
      {hex(0x060b26), hex(0x123a55), hex(0x52f2a0), hex(0x6a4fd0), hex(0x9fd8d0), hex(0x22426b),
       hex(0x06141f), hex(0x123047)},
      {hex(0x0a0a2e), hex(0x2b2f6b), hex(0x6affd0), hex(0xd05ac8), hex(0xb0c0f0), hex(0x2f3a78),
       hex(0x0a0f24), hex(0x1a2450)},
      {hex(0x041a22), hex(0x0f5a5f), hex(0xa8ff80), hex(0x2f9fd0), hex(0xa0f0c8), hex(0x1d5060),
       hex(0x041a1a), hex(0x0a3a40)},
  };
  return list;
}

void curtain(Canvas& canvas, double level, double strength, double reach, const Color& foot, const Color& top,
             std::uint64_t key) {
  const View& view = canvas.view;
  const auto fold = fbm(view.x, key, 0.55, 3, 0.45) * 0.10 + level;
  const auto presence = smoothstep(-0.75, 0.35, noise(view.x * 0.5, mix_keys(key, 1)));
  const auto rays = (fbm(view.x, mix_keys(key, 2), 5.0, 3, 0.6) * 0.42 + 0.62).clamp(0.05, 1.3);
  const auto height = reach * (0.65 + 0.45 * noise(view.x * 3.0, mix_keys(key, 3))).clamp_min(0.25);
  const auto up = fold - view.y;  // above the lower hem
  const auto rise = up.clamp_min(0.0) / height;
  const auto body = torch::exp(rise * -1.9) * smoothstep(-0.045, 0.02, up);
  const auto light = body * (presence * rays * strength);
  const auto tone = smoothstep(0.15, 1.1, rise);
  canvas.light.add_(blend(view, foot, top, tone) * light.unsqueeze(0));
}

}  // namespace

void aurora(Canvas& canvas, Dice dice) {
  const View& view = canvas.view;
  const auto color = choose(dice, designs());
  const double horizon = dice.uniform(0.64, 0.72);
  canvas.fill(
      gradient(view, {{0.0, color[zenith]}, {horizon, mix(color[low_sky], color[foot_light], 0.10)}}));
  stars(canvas, horizon, 0.35, hex(0xe8f0ff), dice.key());
  Canvas sky = canvas.band(0.0, horizon);
  const double strength = dice.uniform(0.75, 1.0);
  curtain(sky, dice.uniform(0.26, 0.34), 0.55 * strength, 0.28, color[foot_light], color[top_light],
          dice.key());
  curtain(sky, dice.uniform(0.38, 0.46), 1.0 * strength, 0.40, color[foot_light], color[top_light],
          dice.key());
  curtain(sky, dice.uniform(0.50, 0.56), 0.30 * strength, 0.20, color[foot_light], color[top_light],
          dice.key());

  for (int k = 0; k < 2; ++k) {
    const auto key = dice.key();
    const double level = horizon - 0.05 + 0.045 * k, height = 0.10 - 0.035 * k;
    const Line ridge = [=](const torch::Tensor& x) {
      return fbm(x, key, 0.9 + 0.5 * k, 5, 0.5, Curve::angular).mul_(height).add_(level);
    };
    Canvas layer = canvas.band(level - height * 1.7, horizon + 0.03);
    const View& v = layer.view;
    const auto facet = noise(v.x * 5.0, (v.y.to(torch::kFloat64)) * 6.0, key + 3);
    const auto slope = (ridge(v.x + 0.03) - ridge(v.x - 0.03)) * 12.0;
    const auto lit = smoothstep(-0.5, 0.6, facet * 0.7 + slope + (horizon - v.y) * 2.0);
    const auto snow = blend(v, color[snow_shade] * (0.75 - 0.2 * k),
                            mix(color[snow_lit], color[low_sky], 0.35 - 0.1 * k) * 0.7, lit);
    layer.over(snow, below(v, ridge));
  }
  Canvas belt = canvas.band(horizon - 0.08, horizon + 0.01);
  const auto grove = smoothstep(-0.3, 0.4, noise(view.x * 1.1, dice.key()));
  const auto belt_key = dice.key();
  for (const auto& tree : instances(belt.view.x, 0.026, belt_key)) {
    belt.over(mix(color[wood], color[low_sky], 0.18),
              conifer(belt.view, tree.dx, torch::full_like(tree.dx, horizon + 0.004),
                      (tree.random(1, 0.4, 1.0) * grove + 0.1) * 0.055, 0.2, 4));
  }
  water(canvas,
        {.line = horizon,
         .squash = 0.85,
         .roughness = 0.22,
         .tint = 0.18,
         .color = color[ice],
         .glint = color[foot_light],
         .glints = 0.0},
        dice.key());

  // Drifts and spruces in front.
  const auto drift_key = dice.key(), tree_key = dice.key();
  const double front_level = dice.uniform(0.86, 0.92);
  const Line drift = [=](const torch::Tensor& x) {
    return fbm(x, drift_key, 0.6, 3, 0.4).mul_(0.05).add_(front_level);
  };
  Canvas front = canvas.band(front_level - 0.42, 1.0);
  const View& v = front.view;
  for (const auto& tree : instances(v.x, 0.13, tree_key, 0.9, 2)) {
    const auto here = smoothstep(-0.1, 0.4, noise(tree.centre * 0.55, tree_key));
    const auto size = tree.random(1, 0.14, 0.34) * here + 1e-3;
    front.over(color[wood], conifer(v, tree.dx, drift(tree.centre) + 0.015, size, 0.19, 7));
  }
  const auto roll = noise(v.x * 2.2, v.y.to(torch::kFloat64) * 9.0, drift_key + 1);
  const auto depth = (v.y - drift(v.x)).clamp_min(0.0);
  const auto lit = smoothstep(-0.6, 0.8, roll * 0.6 + 0.35 - depth * 4.0);
  front.over(blend(v, color[snow_shade], mix(color[snow_lit], color[foot_light], 0.12), lit),
             below(v, drift));
}

}  // namespace equi::scenes
