// A lagoon: turquoise water, green islands on the horizon, palms on the sand.
#include <cmath>

#include "core/scenes/catalogue.h"
#include "core/scenes/noise.h"
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
  deep,
  shallow,
  sand,
  jungle_lit,
  jungle_shade,
  palm_color,
  haze
};

const std::vector<Palette>& designs() {
  static const std::vector<Palette> list{
      {hex(0x2a8fd8), hex(0xc8f0f7), hex(0xffffff), hex(0xb0cfe2), hex(0x1a7fb8), hex(0x5fe0d0),
       hex(0xf7e6bd), hex(0x7fc05a), hex(0x2a6a4a), hex(0x1f5a38), hex(0xa8dce8)},
      {hex(0x5a70b8), hex(0xffd0a8), hex(0xffe6cc), hex(0xb890b0), hex(0x2f70a8), hex(0x78d8cc),
       hex(0xf5cfa0), hex(0xa0a058), hex(0x3f5050), hex(0x2a3f3a), hex(0xe8c0b0)},
      {hex(0x2f3a80), hex(0xff9f80), hex(0xffb090), hex(0x8a5f90), hex(0x3a4490), hex(0xa880b8),
       hex(0xd9a088), hex(0x7a7060), hex(0x2d3450), hex(0x1a1c38), hex(0xc88898)},
      {hex(0x3fa5d5), hex(0xe8f8ee), hex(0xffffff), hex(0xc0d8dc), hex(0x1f9ab0), hex(0x90f0d0),
       hex(0xfff2d5), hex(0x98c868), hex(0x3f8058), hex(0x2f6a40), hex(0xc8ece4)},
  };
  return list;
}

// Fronds, back to front: to which side, how steeply they rise and fall, how long they are.
struct Frond {
  double way, rise, fall, length;
};
constexpr Frond kFronds[] = {{1.0, 1.25, 0.95, 0.30},   {-1.0, 1.15, 0.90, 0.32}, {-1.0, 0.62, 0.98, 0.42},
                             {1.0, 0.70, 1.00, 0.40},   {1.0, 0.25, 1.05, 0.36},  {-1.0, 0.18, 1.10, 0.35},
                             {-1.0, -0.30, 1.10, 0.24}, {1.0, -0.25, 1.20, 0.23}};

// One palm in each cell that is occupied: a bent trunk and arched fronds.
void palms(Canvas& canvas, double spacing, double tall, const Line& ground, const Color& shade,
           const Color& lit, double sun, std::uint64_t key) {
  Canvas part = canvas.band(0.12, 1.0);
  const View& v = part.view;
  for (const auto& palm : instances(v.x, spacing, key, 0.28, 0)) {
    const auto here = (palm.random(1) > 0.25).to(torch::kFloat32);
    const auto height = palm.random(2, 0.62, 1.0) * tall, lean = palm.random(3, -0.28, 0.28) * height;
    const auto foot = ground(palm.centre) + 0.02;
    const auto t = ((foot - v.y) / height).clamp(-0.2, 1.2);
    const auto bend = lean * t.square();
    const auto trunk = v.coverage(torch::minimum((0.011 - 0.005 * t) * (tall / 0.5) - (palm.dx - bend).abs(),
                                                 (1.0 - t) * height)) *
                       v.coverage(foot - v.y);
    part.over(blend(v, shade, lit * 0.9, smoothstep(-0.012, 0.012, (palm.dx - bend) * sun)), trunk * here);
    const auto cx = palm.dx - lean, cy = foot - height;
    for (const auto& [way, rise, fall, length] : kFronds) {
      const double reach = tall * length;
      const auto s = cx * way / reach;  // 0 at the crown, 1 at the tip
      const auto rib = cy - (s * rise - s.square() * fall) * reach;
      const auto off =
          (v.y - rib) / reach * torch::rsqrt(1.0 + (rise - s * (2.0 * fall)).square());  // positive below
      const auto blade = (s * (1.06 - s) * 3.6).clamp_min(0.0).sqrt() * (0.84 + 0.16 * torch::cos(s * 46.0));
      const auto frond = v.coverage(torch::minimum(blade * 0.135 - off, off + blade * 0.05) * reach) *
                         ((s > 0.0) * (s < 1.05));
      const auto bright = (0.50 + way * sun * 0.22 + rise * 0.18 - off * 3.4).clamp(0.0, 1.0);
      part.over(blend(v, shade, lit, bright), frond * here);
    }
  }
}

}  // namespace

void tropical_island(Canvas& canvas, Dice dice) {
  const View& view = canvas.view;
  const auto color = choose(dice, designs());
  const double horizon = dice.uniform(0.46, 0.56), sun = dice.side();
  canvas.fill(gradient(view, {{0.0, color[zenith]}, {horizon, color[low_sky]}}));
  const auto cloud =
      cumulus(view, horizon - dice.uniform(0.03, 0.10), 0.26, 0.40, dice.uniform(0.3, 0.5), sun, dice.key());
  canvas.over(blend(view, color[cloud_shade], color[cloud_lit], cloud.lit), cloud.cover * 0.9);

  for (int k = 0; k < 2; ++k) {  // islands: some far and pale, some closer
    const auto key = dice.key();
    const double spacing = 1.5 + 0.9 * k, tall = 0.13 + 0.09 * k;
    const Line island = [=](const torch::Tensor& x) {
      auto top = torch::full(x.sizes(), -0.02, x.options().dtype(torch::kFloat32));
      const auto rough = fbm(x, key + 1, 3.2, 4, 0.5, Curve::angular);
      for (const auto& one : instances(x, spacing, key, 0.6)) {
        const auto half = one.random(1, 0.18, 0.36) * spacing, high = one.random(2, 0.35, 1.0) * tall;
        const auto dome = (1.0 - (one.dx / half).square()).clamp_min(0.0);
        top = torch::maximum(top, dome * high * (1.0 + rough * 0.33) - 0.004);
      }
      return horizon - top;
    };
    Canvas layer = canvas.band(horizon - tall * 1.6, horizon);
    const View& v = layer.view;
    const auto slope = (island(v.x + 0.015) - island(v.x - 0.015)) / 0.03;
    const auto folds = noise(v.x * 9.0, v.y.to(torch::kFloat64) * 5.0, key + 2) +
                       noise(v.x * 21.0, v.y.to(torch::kFloat64) * 16.0, key + 3) * 0.5;
    const auto lit = smoothstep(-0.6, 0.7, folds * 0.6 - slope * sun * 0.7 + 0.1);
    auto green = blend(v, color[jungle_shade], color[jungle_lit], lit);
    green = torch::lerp(green, pigment(v, color[haze]), k == 0 ? 0.58 : 0.22);
    layer.over(green, below(v, island));
    const auto beach = v.coverage((v.y - (horizon - 0.008)).expand({v.rows, v.width})) * below(v, island);
    layer.over(mix(color[sand], color[haze], 0.3), beach * (k == 0 ? 0.4 : 0.9));
  }

  // Water: deep far out, turquoise over the sand.
  water(canvas,
        {.line = horizon,
         .squash = 0.8,
         .roughness = 0.55,
         .tint = 0.55,
         .color = color[deep],
         .glint = color[cloud_lit],
         .glints = 0.25},
        dice.key());
  const double beach_level = dice.uniform(0.84, 0.93);
  const auto beach_key = dice.key();
  const Line beach = [=](const torch::Tensor& x) {
    return fbm(x, beach_key, 0.5, 3, 0.4).mul_(0.045).add_(beach_level);
  };
  Canvas pool = canvas.band(horizon, 1.0);
  const View& v = pool.view;
  const auto shore = beach(v.x);
  const auto to_shore = (shore - v.y) / (beach_level - horizon);  // 1 at the horizon, 0 at the beach
  const auto reefs =
      noise(v.x * 1.6, torch::log(v.y.to(torch::kFloat64) - horizon + 0.06) * 5.0, beach_key + 1);
  pool.over(color[shallow], smoothstep(0.85, 0.12, to_shore + reefs * 0.13) * 0.80 *
                                v.coverage((v.y - horizon).expand({v.rows, v.width})));
  const auto ripples = waves(v, horizon, beach_key + 2);
  pool.over(color[cloud_lit], smoothstep(0.55, 1.0, ripples) * 0.30 * smoothstep(1.0, 0.6, to_shore));
  // Wet sand, foam, dry sand.
  pool.over(mix(color[sand], color[shallow], 0.35) * 0.85, smoothstep(0.06, -0.02, to_shore));
  const auto surf = to_shore + noise(v.x * 3.0, beach_key + 3) * 0.02;
  pool.over(color[cloud_lit], smoothstep(0.035, 0.012, (surf - 0.035).abs()) * 0.85);
  const auto grain = noise(v.x * 2.4, v.y.to(torch::kFloat64) * 14.0, beach_key + 4);
  pool.over(blend(v, color[sand] * 0.86, color[sand], smoothstep(-0.8, 0.8, grain)),
            below(v, [&](const torch::Tensor& x) { return beach(x) + 0.012; }));

  palms(
      canvas, 1.25, dice.uniform(0.46, 0.62), [=](const torch::Tensor& x) { return beach(x) + 0.04; },
      color[palm_color] * 0.55, mix(color[palm_color], color[jungle_lit], 0.45), sun, dice.key());
}

}  // namespace equi::scenes
