// A skyline after sunset: lit windows, haze from the streets, everything once more in the river.
#include "core/scenes/catalogue.h"
#include "core/scenes/noise.h"
#include "core/scenes/shapes.h"
#include "core/scenes/sky.h"
#include "core/scenes/water.h"

namespace equi::scenes {
namespace {

enum Place { zenith, middle, low_sky, far_wall, near_wall, window_warm, window_cool, glow, river, moon };

const std::vector<Palette>& designs() {
  static const std::vector<Palette> list{
      {hex(0x0b1233), hex(0x232a66), hex(0x6a4f8f), hex(0x39396f), hex(0x0d1029), hex(0xffd27a),
       hex(0xbfe3ff), hex(0xff9a6a), hex(0x0c1433), hex(0xf4f0dc)},
      {hex(0x101a3f), hex(0x43357a), hex(0xe0716b), hex(0x563a6e), hex(0x140f2b), hex(0xffc46a),
       hex(0xffe9c0), hex(0xff7a5a), hex(0x1a1438), hex(0xffe6c9)},
      {hex(0x06121f), hex(0x0d3347), hex(0x2f8a8f), hex(0x17404f), hex(0x051019), hex(0xffe08a),
       hex(0x8ff0e0), hex(0x4fd0b8), hex(0x06202b), hex(0xe6fff6)},
  };
  return list;
}

struct Row {
  double spacing, tallest, shortest, window;  // window: size of a window cell, 0 for none
  double lit;                                 // share of windows with light
};

// One row of buildings, one in each cell, foot below the picture's `ground`.
void skyline(Canvas& canvas, const Row& row, double ground, const Color& wall, const Color& warm,
             const Color& cool, const Color& haze, double haze_amount, std::uint64_t key) {
  Canvas part = canvas.band(ground - row.tallest * 1.25, ground);
  const View& view = part.view;
  const auto house = instances(view.x, row.spacing, key, 0.0, 0).front();
  const auto half = house.random(1, 0.30, 0.50) * row.spacing;
  const auto dx = house.dx - house.random(2, -1.0, 1.0) * (0.5 * row.spacing - half);
  const auto district = noise(house.centre * 0.7, mix_keys(key, 3)) * 0.5 + 0.5;
  const auto stature = house.random(3).square() * 0.5 + district.clamp(0.0, 1.0).square() * 0.6;
  const auto height = stature * (row.tallest - row.shortest) + row.shortest;
  const auto kind = house.random(4);
  // Roofs: flat, stepped, a slope, a spire.
  const auto side = dx.abs() / half;
  const auto stepped = torch::where(side < 0.55, 0.0, -0.12) * height * (kind > 0.35) * (kind < 0.6);
  const auto slope = (dx / half) * 0.10 * half * 2.0 * (kind >= 0.6) * (kind < 0.75);
  const auto spire =
      (0.28 * height * (1.0 - dx.abs() / (half * 0.09)).clamp_min(0.0)) * (kind >= 0.72) * (stature > 0.35);
  const auto top = ground - (height + stepped + slope + spire);
  const auto body = view.coverage(torch::minimum(view.y - top, half - dx.abs()));

  auto color =
      blend(view, wall, haze, ((view.y - ground) / row.tallest + 1.0).clamp(0.0, 1.0).square() * haze_amount);
  // A soft sheen down one side of each tower.
  color = color * (1.0 + (dx / half * 0.22)).unsqueeze(0);
  part.over(color, body);
  if (row.window <= 0.0) return;

  const auto across = (dx + half) / row.window, down = (view.y - (ground - height)) / (row.window * 1.25);
  const auto column = across.floor(), floor = down.floor();
  const auto glass = view.coverage(row.window * torch::minimum(0.30 - (across - column - 0.5).abs(),
                                                               (0.28 - (down - floor - 0.5).abs()) * 1.25));
  const auto seed = house.cell * 7919 + column.to(torch::kInt64) * 131;
  const auto chance = cell_random(seed + floor.to(torch::kInt64) * 31337, key) * 0.6 +
                      cell_random(house.cell * 7919 + floor.to(torch::kInt64), key) * 0.4;
  const auto margin = (half - dx.abs() > row.window * 0.35) * (view.y > top + row.window * 0.5) *
                      (down > 0.0) * (view.y < ground - row.window * 0.6);
  const auto on = smoothstep(0.02, -0.02, chance - house.random(5, 0.4, 1.3) * row.lit);
  const auto tone = house.random(6, 0.0, 1.0).round();
  part.over(blend(view, warm, cool, tone.unsqueeze(0)) * house.random(7, 0.75, 1.25),
            glass * margin * (on * 0.93 + 0.05) * body);
}

}  // namespace

void city_night(Canvas& canvas, Dice dice) {
  const View& view = canvas.view;
  const auto color = choose(dice, designs());
  const double bank = dice.uniform(0.74, 0.84), tall = dice.uniform(0.42, 0.60);
  canvas.fill(gradient(view, {{0.0, color[zenith]}, {bank * 0.6, color[middle]}, {bank, color[low_sky]}}));
  stars(canvas, bank * 0.6, 0.25, color[moon], dice.key());
  if (dice.chance(0.6)) {
    shine(canvas, disc(view, dice.uniform(0.12, 0.22), 6.5, dice.key()), 0.045, color[moon] * 1.1, 0.22,
          color[moon] * 0.22);
  }
  const auto veil = clouds(
      view, {.horizon = bank, .scale = 0.9, .flatness = 5.0, .amount = 0.4, .softness = 0.9}, dice.key());
  canvas.over(mix(color[middle], color[low_sky], 0.6), veil.cover * 0.45);

  const Color middle_wall = mix(color[far_wall], color[near_wall], 0.5);
  const double lit = dice.uniform(0.38, 0.60);
  skyline(canvas, {0.12, tall * 1.1, 0.20, 0.0, 0.0}, bank, mix(color[far_wall], color[low_sky], 0.35), {},
          {}, color[glow], 0.5, dice.key());
  skyline(canvas, {0.16, tall * 1.05, 0.14, 0.021, lit * 0.75}, bank, color[far_wall],
          mix(color[window_warm], color[far_wall], 0.35), mix(color[window_cool], color[far_wall], 0.45),
          color[glow], 0.38, dice.key());
  skyline(canvas, {0.21, tall * 0.80, 0.09, 0.026, lit}, bank, middle_wall, color[window_warm],
          color[window_cool], color[glow], 0.28, dice.key());
  skyline(canvas, {0.34, tall * 0.30, 0.045, 0.033, lit * 0.8}, bank, color[near_wall], color[window_warm],
          color[window_cool], color[glow], 0.14, dice.key());
  // Lamps along the quay.
  Canvas quay = canvas.band(bank - 0.05, bank + 0.02);
  quay.over(color[near_wall] * 0.6,
            quay.view.coverage((quay.view.y - (bank - 0.012)).expand({quay.view.rows, view.width})));
  for (const auto& lamp : instances(quay.view.x, 0.16, dice.key(), 0.1)) {
    const auto d = (lamp.dx.square() + (quay.view.y - (bank - 0.016)).square()) / (0.007 * 0.007);
    quay.add(color[window_warm], torch::exp(-d) * 1.3 + torch::exp(d * -0.12) * 0.25);
  }
  water(canvas,
        {.line = bank,
         .squash = 0.62,
         .roughness = dice.uniform(0.5, 0.9),
         .tint = 0.22,
         .color = color[river],
         .glint = mix(color[low_sky], color[glow], 0.5),
         .glints = 0.15},
        dice.key());
}

}  // namespace equi::scenes
