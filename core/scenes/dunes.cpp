// Sand dunes with sharp crests that wind into the distance: one flank in the sun, the other in the shade.
#include <cmath>

#include "core/scenes/catalogue.h"
#include "core/scenes/noise.h"
#include "core/scenes/relief.h"
#include "core/scenes/sky.h"

namespace equi::scenes {
namespace {

enum Place { zenith, low_sky, sun_color, glow, sand_lit, sand_shade, haze, cloud };

const std::vector<Palette>& designs() {
  static const std::vector<Palette> list{
      {hex(0x3f86c2), hex(0xf6e2bd), hex(0xfff8e0) * 1.4, hex(0xffe0a0), hex(0xf7c980), hex(0x94603f),
       hex(0xf0d6b0), hex(0xffffff)},
      {hex(0x5a6fb0), hex(0xffc79a), hex(0xfff0c0) * 1.5, hex(0xffa860), hex(0xf8a860), hex(0x6f3a4a),
       hex(0xf2b890), hex(0xffe0d0)},
      {hex(0x33386e), hex(0xe88a78), hex(0xffd8a0) * 1.5, hex(0xff7a50), hex(0xe58660), hex(0x452a50),
       hex(0xc88084), hex(0xf0a0a0)},
      {hex(0x6fa8c9), hex(0xf7ead8), hex(0xffffff) * 1.3, hex(0xfff0d0), hex(0xf8deb0), hex(0xa87c5e),
       hex(0xf3e3cb), hex(0xffffff)},
  };
  return list;
}

// One dune after the other along p: a long rise before the wind, a short steep fall behind the crest.
torch::Tensor profile(const torch::Tensor& p) {
  const auto s = p.frac() + (p < 0.0);
  const auto windward = smoothstep(0.0, 0.76, s) * 0.6 + s * (0.4 / 0.76), lee = (1.0 - s) / 0.28;
  const auto apart = windward - lee;  // the crest is rounded over a hand's breadth
  return (windward + lee - (apart.square() + 0.0009).sqrt()) * 0.5;
}

}  // namespace

void dunes(Canvas& canvas, Dice dice) {
  const View& view = canvas.view;
  const auto color = choose(dice, designs());
  const double horizon = dice.uniform(0.36, 0.48), sun = dice.side();
  canvas.fill(gradient(view, {{0.0, color[zenith]}, {horizon + 0.05, color[low_sky]}}));
  shine(canvas, disc(view, horizon - dice.uniform(0.08, 0.22), 7.0, dice.key()), dice.uniform(0.035, 0.055),
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

  // Slices at even steps of the picture's y on flat ground; their distance grows towards the horizon.
  const std::int64_t slices = 280;
  const double tall = dice.uniform(0.30, 0.42), bottom = 1.02 + 1.15 * tall,
               lean = dice.uniform(0.55, 0.85) * -sun, turn = dice.side();
  const View wide(view.height, view.first_x - 1, view.width + 2, view.options);
  const auto t = torch::linspace(0.0, 1.0, slices, view.x.options());
  const auto z = 0.8 / (1.0 - t * 0.90);
  const auto near = ((1.0 - t).to(torch::kFloat32)).unsqueeze(1);
  const auto key = dice.key();
  const auto wander =
      noise(wide.x * 0.50, z * 0.55, key) * 0.55 + noise(wide.x * 1.3, z * 1.2, key + 1) * 0.12;
  // Only the place within a dune matters, so whole turns are taken off while x is still exact.
  const auto along = wide.x * lean, whole = along.floor();
  const auto p =
      (along - whole).to(torch::kFloat32) + (z * (turn * 0.50)).to(torch::kFloat32).unsqueeze(1) + wander;
  const auto size = (noise(wide.x * 0.45, z * 0.45, key + 2) * 0.45 + 0.75).clamp_(0.25, 1.2);
  const auto height = profile(p - p.floor()) * size * tall + noise(wide.x * 0.7, z * 0.7, key + 3) * 0.05;
  const auto light = facing(height, view.pixel(), z.to(torch::kFloat32), sun, 0.55).narrow(1, 1, view.width);
  const auto h = height.narrow(1, 1, view.width);

  Canvas land = canvas.band(horizon - tall * 0.4, 1.0);
  const View& v = land.view;
  const auto tops = horizon + near * (bottom - horizon) - h * (near * 0.80 + 0.12);
  const Relief relief(v, tops);
  const auto shown = relief.seen(light), distance = 1.0 - relief.seen(near.expand_as(h));
  // Wind ripples, along the dune's own coordinates; they fade with distance.
  const auto ripples = torch::sin(relief.seen((z.to(torch::kFloat32) * 34.0).unsqueeze(1) +
                                              (wander.narrow(1, 1, view.width) * 16.0))) *
                       (smoothstep(0.55, 0.0, distance) * 0.05);
  const auto lit = smoothstep(0.22, 0.62, shown + ripples);
  auto sand = blend(v, color[sand_shade], color[sand_lit], lit);
  sand = sand * (0.90 + 0.22 * smoothstep(0.0, 1.0, relief.seen(h) / tall) + ripples);
  const auto fog = distance.square() * 0.80;
  sand = torch::lerp(sand, pigment(v, color[haze]), fog);
  land.over(sand, relief.cover());
}

}  // namespace equi::scenes
