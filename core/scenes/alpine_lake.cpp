// A snowy range behind a lake: relief in real depth, mirrored in the water, spruces on the shores.
#include "core/scenes/catalogue.h"
#include "core/scenes/noise.h"
#include "core/scenes/relief.h"
#include "core/scenes/shapes.h"
#include "core/scenes/sky.h"
#include "core/scenes/water.h"

namespace equi::scenes {
namespace {

enum Place {
  zenith,
  low_sky,
  cloud_lit,
  cloud_shade,
  snow_lit,
  snow_shade,
  rock_lit,
  rock_shade,
  wood,
  haze,
  lake
};

const std::vector<Palette>& designs() {
  static const std::vector<Palette> list{
      // morning gold
      {hex(0x5d8fc9), hex(0xffdcb0), hex(0xffe9cf), hex(0xb9a8b8), hex(0xffe3c2), hex(0x7d8fc0),
       hex(0xb98a6c), hex(0x4b4a6b), hex(0x2e4a46), hex(0xd9b9a8), hex(0x27506b)},
      // clear noon
      {hex(0x2f78c4), hex(0xbfe3f5), hex(0xffffff), hex(0xa9bfd6), hex(0xffffff), hex(0x8fb0dc),
       hex(0x8d8a86), hex(0x4a566b), hex(0x2f5a3e), hex(0xa9cbe0), hex(0x1f6f86)},
      // alpenglow
      {hex(0x3b4a8c), hex(0xf6b3b0), hex(0xffb9a0), hex(0x8a6f9e), hex(0xffa98f), hex(0x6a6aa8),
       hex(0xb5655c), hex(0x3f3a66), hex(0x26364a), hex(0xb88fa8), hex(0x2b3f6b)},
      // dusk
      {hex(0x1e2b5c), hex(0xc98aa6), hex(0xd9a0b0), hex(0x5f5f92), hex(0xc9a9c9), hex(0x4f5c98),
       hex(0x7a5d7c), hex(0x2b2f57), hex(0x1a2740), hex(0x7d6f9e), hex(0x1d2c57)},
  };
  return list;
}

}  // namespace

void alpine_lake(Canvas& canvas, Dice dice) {
  const View& view = canvas.view;
  const auto color = choose(dice, designs());
  const double shore = dice.uniform(0.60, 0.70), sun = dice.side();
  const double peak = dice.uniform(0.40, 0.52), sharp = dice.uniform(0.8, 1.1);

  canvas.fill(gradient(view, {{0.0, color[zenith]}, {shore, color[low_sky]}}));
  const auto cloud = clouds(view,
                            {.horizon = shore,
                             .scale = 0.7,
                             .flatness = 3.2,
                             .amount = dice.uniform(0.2, 0.5),
                             .softness = 0.8,
                             .sun_side = sun},
                            dice.key());
  canvas.over(blend(view, color[cloud_shade], color[cloud_lit], cloud.lit), cloud.cover * 0.85);

  // A paler range behind, so that no gap is empty.
  const auto far_key = dice.key();
  const double far_level = shore - 0.13;
  const Line far_ridge = [=](const torch::Tensor& x) {
    return fbm(x, far_key, 1.1, 5, 0.48, Curve::angular).abs().mul_(-0.17).add_(far_level + 0.06);
  };
  Canvas back = canvas.band(far_level - 0.2, shore);
  const auto far_slope = (far_ridge(view.x + 0.01) - far_ridge(view.x - 0.01)) / 0.02;
  const auto far_lit = smoothstep(
      -0.5, 0.5,
      far_slope * -sun + noise(back.view.x * 9.0, back.view.y.to(torch::kFloat64) * 8.0, far_key + 9) * 0.35);
  auto far_color = blend(back.view, mix(color[snow_shade], color[haze], 0.5),
                         mix(color[snow_lit], color[haze], 0.35), far_lit);
  far_color = torch::lerp(far_color, pigment(view, color[haze]),
                          smoothstep(far_level - 0.05, shore - 0.02, back.view.y));
  back.over(far_color, below(back.view, far_ridge));

  // The range. One column more on each side, for slopes.
  const std::int64_t slices = 160;
  const double deep = 1.6;
  const auto margin = view.height / 2;
  const View wide(view.height, view.first_x - 1 - margin, view.width + 2 + 2 * margin, view.options);
  const auto z = torch::linspace(0.0, deep, slices, view.x.options());
  const auto key = dice.key();
  const auto columns = view.width + 2;
  auto ridges = torch::zeros({slices, columns}, view.options.dtype(torch::kFloat32));
  auto detail = torch::ones_like(ridges);
  double frequency = 1.15 * sharp, amplitude = 0.5;
  for (int k = 0; k < 5; ++k) {
    // Each octave's ridges run into the depth at a slant of their own.
    const double slant = (k % 2 == 0 ? 0.30 : -0.27) * sun;
    const auto shift = (z.unsqueeze(1) * (slant * double(view.height))).round().to(torch::kInt64);
    const auto index = torch::arange(columns, shift.options()) + margin + shift;
    const auto field = noise(wide.x * frequency + 0.3 * k, z * frequency + 0.6 * k, key + std::uint64_t(k));
    const auto n = 1.0 - field.gather(1, index).abs() * 1.25;
    const auto r = n.clamp_min(0.0).square() * detail;
    ridges.add_(r, amplitude);
    detail = (r * 1.7).clamp_(0.0, 1.0);
    frequency *= 2.1;
    amplitude *= 0.47;
  }
  const auto zf = z.to(torch::kFloat32).unsqueeze(1);
  const auto rise = smoothstep(0.0, 0.85, zf) * 0.93 + 0.02;
  const auto massif = noise(wide.x.narrow(0, margin, columns) * 0.55, z * 0.8, dice.key()) * 0.22 + 0.95;
  const auto height = ridges.add_(0.06) * massif * rise * (peak / 0.80);
  const auto light = facing(height, view.pixel(), z.to(torch::kFloat32), sun, 0.75).narrow(1, 1, view.width);
  const auto h = height.narrow(1, 1, view.width);

  const double foot = shore;
  Canvas land = canvas.band(shore - peak * 1.5, shore);
  const Relief relief(land.view, foot + 0.004 - h - zf * 0.02);
  const auto altitude = relief.seen(h) / peak, lit = smoothstep(0.12, 0.78, relief.seen(light));
  const auto distance = relief.seen(zf.expand_as(h)) / deep;
  const auto patch = fbm(land.view.x * 9.0, land.view.y.to(torch::kFloat64) * 9.0, dice.key(), 3);
  const auto snowy = smoothstep(0.33, 0.43, altitude + patch * 0.11 + (relief.seen(light) - 0.5) * 0.25);
  const auto wooded = smoothstep(0.26, 0.14, altitude + patch * 0.05);
  auto ground = blend(land.view, color[rock_shade], color[rock_lit], lit);
  ground = torch::lerp(ground, blend(land.view, color[wood] * 0.7, color[wood] * 1.5, lit), wooded);
  ground = torch::lerp(ground, blend(land.view, color[snow_shade], color[snow_lit], lit), snowy);
  const auto fog = (distance * 0.38 + smoothstep(0.35, 0.0, altitude) * 0.22 * smoothstep(0.1, 0.6, distance))
                       .clamp_(0.0, 1.0);
  ground = torch::lerp(ground, pigment(view, color[haze]), fog);
  land.over(ground, relief.cover());

  // Spruces on the far shore.
  Canvas belt = canvas.band(shore - 0.09, shore);
  const auto wood_key = dice.key();
  const auto grove = smoothstep(-0.35, 0.35, noise(view.x * 1.3, dice.key()));
  for (const auto& tree : instances(belt.view.x, 0.021, wood_key, 0.9)) {
    const auto size = (tree.random(1, 0.35, 1.0) * grove + 0.12) * 0.062;
    belt.over(mix(color[wood], color[haze], 0.12) * 0.75,
              conifer(belt.view, tree.dx, torch::full_like(tree.dx, shore + 0.004), size, 0.20, 5));
  }
  water(canvas,
        {.line = shore,
         .squash = 1.0,
         .roughness = dice.uniform(0.12, 0.4),
         .tint = 0.12,
         .color = color[lake],
         .glint = mix(color[low_sky], color[cloud_lit], 0.5),
         .glints = dice.uniform(0.1, 0.4)},
        dice.key());

  // Spruces close by.
  Canvas front = canvas.band(0.5, 1.0);
  const auto near_key = dice.key();
  for (const auto& tree : instances(front.view.x, 0.085, near_key, 0.9, 2)) {
    const auto here = smoothstep(0.15, 0.5, noise(tree.centre * 0.45, near_key));
    const auto size = tree.random(1, 0.22, 0.46) * here + 1e-3;
    front.over(color[wood] * 0.32,
               conifer(front.view, tree.dx, torch::full_like(tree.dx, 1.03), size, 0.19, 8));
  }
}

}  // namespace equi::scenes
