// Above the weather: dark peaks rise out of banks of cloud that catch the first light.
#include <cmath>

#include "core/scenes/catalogue.h"
#include "core/scenes/noise.h"
#include "core/scenes/shapes.h"
#include "core/scenes/sky.h"

namespace equi::scenes {
namespace {

constexpr std::int64_t kMargin = 1;  // quarters of the height that ribs may run sideways

enum Place { zenith, low_sky, sun_color, glow, cloud_lit, cloud_shade, far_rock, near_rock };

const std::vector<Palette>& designs() {
  static const std::vector<Palette> list{
      {hex(0x4f7fc0), hex(0xffd9b0), hex(0xfff4d8) * 1.5, hex(0xffb878), hex(0xfff0e0), hex(0x9fa8d0),
       hex(0x8f94b8), hex(0x2b3558)},
      {hex(0x3a3f86), hex(0xff9f90), hex(0xffe2b0) * 1.5, hex(0xff7f60), hex(0xffc8b8), hex(0x8a6fa8),
       hex(0x9a6f98), hex(0x33224f)},
      {hex(0x2f86d0), hex(0xd5eef8), hex(0xffffff) * 1.4, hex(0xfff4d8), hex(0xffffff), hex(0xa5c4e4),
       hex(0x86a8c8), hex(0x28506f)},
      {hex(0x141c4a), hex(0x6f78b8), hex(0xf0f2ff) * 1.1, hex(0x98a4e0), hex(0xb8c0e8), hex(0x45508f),
       hex(0x4a5590), hex(0x10183a)},
  };
  return list;
}

}  // namespace

void sea_of_clouds(Canvas& canvas, Dice dice) {
  const View& view = canvas.view;
  const auto color = choose(dice, designs());
  const double horizon = dice.uniform(0.42, 0.54), sun = dice.side();
  canvas.fill(gradient(view, {{0.0, color[zenith]}, {horizon, color[low_sky]}}));
  shine(canvas, disc(view, horizon - dice.uniform(0.03, 0.16), 6.5, dice.key()), dice.uniform(0.04, 0.06),
        color[sun_color], 0.4, color[glow] * 0.7);
  const auto cirrus = clouds(
      view,
      {.horizon = horizon, .scale = 1.0, .flatness = 6.0, .amount = dice.uniform(0.15, 0.4), .softness = 1.0},
      dice.key());
  canvas.over(color[cloud_lit], cirrus.cover * 0.45);

  const int layers = 5;
  for (int k = 0; k < layers; ++k) {
    const double near = double(k) / double(layers - 1),
                 level = horizon + 0.02 + (0.92 - horizon) * std::pow(near, 1.1);
    const auto key = dice.key();
    // Peaks first, then the cloud bank in front of their feet.
    const double tall = 0.14 + 0.17 * near, frequency = 1.25 - 0.55 * near;
    const Line ridge = [=](const torch::Tensor& x) {
      const auto mass = noise(x * frequency, key).sub_(0.15).mul_(1.25 * tall);
      return mass.add_(fbm(x, key + 1, frequency * 2.2, 5, 0.5, Curve::angular), 0.42 * tall)
          .neg_()
          .add_(level + 0.02);
    };
    Canvas peaks = canvas.band(level - tall * 1.9, level + 0.12);
    const View& p = peaks.view;
    // Ribs run down to both sides: the slopes of the crest, moved sideways the further the lower.
    const View wide(p.height, p.first_x - kMargin * p.height / 4, p.width + kMargin * p.height / 2,
                    p.options);
    const auto crest_slope = (ridge(wide.x + 0.015) - ridge(wide.x - 0.015)) / 0.03;
    const auto moved = ((p.y - (level - tall)) * (0.5 * double(p.height)))
                           .round()
                           .to(torch::kInt64)
                           .clamp(-kMargin * p.height / 4, kMargin * p.height / 4);
    const auto here = torch::arange(p.width, moved.options()) + kMargin * p.height / 4;
    const auto slope = (crest_slope.take(here + moved) * 0.66 + crest_slope.take(here - moved) * 0.34);
    const auto facet = noise(p.x * (6.0 * frequency), p.y.to(torch::kFloat64) * (2.6 / tall), key + 2);
    const auto lit = smoothstep(-0.45, 0.5, facet * 0.22 - slope * sun * 0.85);
    const Color rock = mix(color[far_rock], color[near_rock], std::pow(near, 0.8));
    auto stone = blend(p, rock, mix(rock, color[glow], 0.42), lit);
    const auto sunk = smoothstep(level - tall * 0.75, level + 0.03, p.y) * 0.75;
    stone = torch::lerp(stone, pigment(p, mix(color[cloud_shade], color[cloud_lit], 0.45)), sunk);
    peaks.over(stone, below(p, ridge));

    const double puff = 0.030 + 0.045 * near;
    const Line bank = [=](const torch::Tensor& x) {
      const auto billow =
          noise(x * (0.11 / puff), key + 5).abs() * 1.5 + noise(x * (0.26 / puff), key + 6).abs() * 0.7;
      return (noise(x * 0.8, key + 7) * 0.8 - billow + 0.5).mul_(puff).add_(level);
    };
    const double next = horizon + 0.02 + (0.92 - horizon) * std::pow(double(k + 1) / double(layers - 1), 1.1);
    Canvas layer = canvas.band(level - puff * 3.0, k + 1 < layers ? next + 0.15 : 1.0);
    const View& v = layer.view;
    const auto line = bank(v.x);
    const auto down = (v.y - line) / puff;
    const auto vy = v.y.to(torch::kFloat64);
    const auto body = fbm(v.x * (0.09 / puff), vy * (0.2 / puff), key + 8, 3, 0.5);
    const auto shifted = fbm(v.x * (0.09 / puff) + 0.12 * sun, vy * (0.2 / puff) - 0.16, key + 8, 3, 0.5);
    const auto bright = (0.86 - down * 0.14 + (body - shifted) * 0.75 - near * 0.12).clamp(0.0, 1.0);
    const auto cover = smoothstep(-0.22, 0.30, down);
    auto cloud = blend(v, color[cloud_shade], color[cloud_lit], bright);
    cloud = torch::lerp(cloud, pigment(v, color[low_sky]), 0.42 * (1.0 - near));
    layer.over(cloud, cover);
  }
}

}  // namespace equi::scenes
