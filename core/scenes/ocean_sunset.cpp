// The sun goes down over the sea: a path of light on the waves, lit clouds.
#include "core/scenes/catalogue.h"
#include "core/scenes/noise.h"
#include "core/scenes/sky.h"
#include "core/scenes/water.h"

namespace equi::scenes {
namespace {

enum Place { zenith, middle, low_sky, sun_color, glow, cloud_lit, cloud_shade, sea };

const std::vector<Palette>& designs() {
  static const std::vector<Palette> list{
      {hex(0x2c3f7d), hex(0xc9708a), hex(0xffb35c), hex(0xfff3c4) * 1.6, hex(0xff8a3c), hex(0xffb070),
       hex(0x6f4f80), hex(0x1d2a55)},
      {hex(0x274e8a), hex(0xf0a070), hex(0xffd98a), hex(0xfff6d8) * 1.6, hex(0xffa850), hex(0xffd9a0),
       hex(0x93698a), hex(0x1f4468)},
      {hex(0x1a1f4d), hex(0x8a3f78), hex(0xff7a4f), hex(0xffdfa0) * 1.6, hex(0xff5a3c), hex(0xff8a66),
       hex(0x45305f), hex(0x161a42)},
      {hex(0x3a6ea8), hex(0xf5c0b8), hex(0xffe6b0), hex(0xfffbe8) * 1.6, hex(0xffc070), hex(0xffeed2),
       hex(0xa98fb5), hex(0x2f6a8c)},
  };
  return list;
}

}  // namespace

void ocean_sunset(Canvas& canvas, Dice dice) {
  const View& view = canvas.view;
  const auto color = choose(dice, designs());
  const double line = dice.uniform(0.56, 0.66), height = dice.uniform(0.02, 0.20),
               radius = dice.uniform(0.06, 0.09);
  const auto sun = disc(view, line - height, 6.5, dice.key());

  canvas.fill(gradient(view, {{0.0, color[zenith]}, {line * 0.62, color[middle]}, {line, color[low_sky]}}));
  shine(canvas, sun, radius, color[sun_color], 0.42, color[glow] * 0.9);

  const auto near_sun = torch::exp(sun.distance * -1.6);
  const auto high = clouds(view,
                           {.horizon = line,
                            .scale = dice.uniform(0.5, 0.9),
                            .flatness = 4.5,
                            .perspective = 0.6,
                            .amount = dice.uniform(0.3, 0.55),
                            .softness = 0.5},
                           dice.key());
  const auto bright = (high.lit * 0.75 + near_sun * 0.45).clamp_(0.0, 1.2);
  canvas.over(blend(view, color[cloud_shade], color[cloud_lit], bright), high.cover * 0.8);

  water(canvas,
        {.line = line,
         .squash = 0.8,
         .roughness = dice.uniform(0.7, 1.1),
         .tint = 0.30,
         .color = color[sea],
         .glint = mix(color[middle], color[low_sky], 0.5),
         .glints = 0.35},
        dice.key());
  // The path of light, widening towards the viewer.
  Canvas pool = canvas.band(line, 1.0);
  const auto depth = (pool.view.y - line).clamp_min(0.0);
  const auto path_key = dice.key();
  const auto rows = torch::log1p(depth.to(torch::kFloat64) / 0.03) * 22.0;
  const auto slope = waves(pool.view, line, path_key) * 0.55 + noise(view.x * 4.0, rows, path_key + 1) * 0.6;
  const auto width = 0.05 + depth * 0.35;
  const auto path = torch::exp((sun.dx / width).square() * -1.0);
  const auto sparkle = smoothstep(0.05, 0.50, slope + path * 0.65 - 0.25);
  const auto shown = pool.view.coverage((pool.view.y - line).expand({pool.view.rows, view.width}));
  pool.over(mix(color[sun_color], color[glow], 0.25), sparkle * path * shown * 0.95);
}

}  // namespace equi::scenes
