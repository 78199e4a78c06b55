// Under water: shafts of light, coral gardens in rows, schools of fish.
#include <algorithm>
#include <cmath>
#include <vector>

#include "core/scenes/catalogue.h"
#include "core/scenes/noise.h"
#include "core/scenes/shapes.h"

namespace equi::scenes {
namespace {

enum Place { surface, middle, depth, light, sand, coral_a, coral_b, coral_c, coral_d, fish };

const std::vector<Palette>& designs() {
  static const std::vector<Palette> list{
      {hex(0x9ff0f0), hex(0x2fa8c8), hex(0x0f4a80), hex(0xd8fff4), hex(0xd8d8b0), hex(0xff7a6a),
       hex(0xffb050), hex(0xb070d0), hex(0xf06fa0), hex(0xffd84a)},
      {hex(0xb0f5e0), hex(0x2fb8a8), hex(0x0a5068), hex(0xeaffe8), hex(0xe0dcb8), hex(0xff9060),
       hex(0xf0d060), hex(0x70a0e0), hex(0xe87090), hex(0xff9a3a)},
      {hex(0x80c8ff), hex(0x2f68c0), hex(0x101f68), hex(0xd0e8ff), hex(0xb0b8d0), hex(0xff6a90),
       hex(0xa080ff), hex(0x50d0d0), hex(0xffa070), hex(0xf0f0a0)},
  };
  return list;
}

// A growth form in a coral's own coordinates: `out` [n] from its axis, `up` [rows, n] from its foot, both in
// its size; `phase` [n] is its own angle.
struct Growth {
  torch::Tensor inside;  // [rows, n] distance to the outline, positive inside
  torch::Tensor veins;   // [rows, n] light and dark of its pattern
};

// A fan with a scalloped edge.
Growth fan(const torch::Tensor& out, const torch::Tensor& up, const torch::Tensor& phase) {
  const auto radius = (out.square() + (up - 0.30).square() + 1e-8).sqrt();
  const auto angle = torch::atan2(up - 0.30, out.expand_as(up));
  const auto scallop = 0.46 + 0.05 * torch::cos(angle * 9.0 + phase) + 0.025 * torch::cos(angle * 17.0);
  return {scallop - radius, torch::cos(angle * 18.0) * 0.10};
}

Growth dome(const torch::Tensor& out, const torch::Tensor& up, const torch::Tensor& /*phase*/) {
  return {(1.0 - (out.square() * 2.4 + (up * 1.9).square()).sqrt()) * 0.5,
          torch::cos(out * 26.0) * torch::cos(up * 22.0) * 0.12};
}

// A bunch of tubes.
Growth tubes(const torch::Tensor& out, const torch::Tensor& up, const torch::Tensor& phase) {
  const auto top = 0.55 + 0.38 * torch::cos(out * 11.0 + phase) - out.square() * 1.6;
  const auto tube = (out * 6.5).sub((out * 6.5).round()).abs();
  return {torch::minimum(torch::minimum((0.40 - tube) * 0.15, top - up), 0.5 - out.abs()),
          ((0.25 - tube) * 0.8).expand_as(up)};
}

// The growth of every column, each form computed on its own columns alone.
Growth grown(const Instance& coral, const torch::Tensor& out, const torch::Tensor& up) {
  const auto kind = coral.random(1);
  const auto fans = kind < 0.36, domes = (kind >= 0.36).logical_and(kind < 0.66);
  std::vector<torch::Tensor> columns, inside, veins;
  const auto add = [&](const torch::Tensor& mask, auto form, int phase) {
    const auto at = mask.nonzero().flatten();
    const auto growth = form(out.index_select(0, at), up.index_select(1, at),
                             coral.random(phase, 0.0, 6.28).index_select(0, at));
    columns.push_back(at);
    inside.push_back(growth.inside);
    veins.push_back(growth.veins);
  };
  add(fans, fan, 3);
  add(domes, dome, 3);
  add(kind >= 0.66, tubes, 4);
  const auto order = torch::argsort(torch::cat(columns));
  return {torch::cat(inside, 1).index_select(1, order), torch::cat(veins, 1).index_select(1, order)};
}

// Coral heads of one row.
void corals(Canvas& canvas, const Line& floor, double size, double spacing, const Palette& color,
            const Color& fog_color, double fog, std::uint64_t key) {
  const View& v = canvas.view;
  for (const auto& coral : instances(v.x, spacing, key, 0.9)) {
    const auto scale = coral.random(2, 0.45, 1.0) * size;
    const auto foot = floor(coral.centre) + size * 0.06;
    const auto up = (foot - v.y) / scale, out = coral.dx / scale;
    const auto [inside, veins] = grown(coral, out, up);
    const auto shape = v.coverage(inside * scale) * v.coverage((up + 0.1) * scale);
    const auto bright = (0.40 + up * 0.75 + veins + inside.clamp(0.0, 0.12) * -1.2).clamp(0.0, 1.2);
    const auto hue = coral.random(5) * 4.0;
    const auto tint =
        pigment(v, color[coral_a]) * (hue < 1.0) + pigment(v, color[coral_b]) * ((hue >= 1.0) * (hue < 2.0)) +
        pigment(v, color[coral_c]) * ((hue >= 2.0) * (hue < 3.0)) + pigment(v, color[coral_d]) * (hue >= 3.0);
    const auto shade = (0.28 + 0.85 * bright).unsqueeze(0);
    canvas.over(torch::addcmul(pigment(v, fog_color) * fog, tint * (1.0 - fog), shade), shape);
  }
}

// The bright, broken surface seen from below.
torch::Tensor waves_of_surface(const View& view, std::uint64_t key) {
  const auto v = torch::log(view.y.to(torch::kFloat64) + 0.05) * 3.0;
  return smoothstep(0.15, 0.9, noise(view.x * 4.0, v * 2.0, key)) * smoothstep(0.16, 0.0, view.y) * 0.5;
}

void fishes(Canvas& canvas, double y, double spacing, double size, const Color& color, double heading,
            std::uint64_t key) {
  Canvas part = canvas.band(y - 0.16, y + 0.16);
  const View& v = part.view;
  for (const auto& one : instances(v.x, spacing, key, 0.6)) {
    const auto here = smoothstep(0.05, 0.25, noise(one.centre * 0.9, key + 1));
    const auto s = one.random(1, 0.7, 1.15) * size * here + 1e-5;
    const auto cy = one.random(2, -0.10, 0.10) + noise(one.centre * 1.2, key + 2) * 0.04 + y;
    const auto out = one.dx * heading / s, up = (v.y - cy) / s;
    const auto body = 1.0 - (out.square() + (up / 0.46).square()).sqrt();
    const auto tail = torch::minimum((-out - 0.7) * 0.8 + 0.02 - up.abs() * 0.9, out + 1.55)
                          .clamp_max((-out - 0.75).expand_as(up));
    const auto shape = v.coverage(torch::maximum(body * 0.46, tail) * s);
    part.over(blend(v, color, color * 0.45, smoothstep(-0.25, 0.35, up)), shape);
  }
}

}  // namespace

void reef(Canvas& canvas, Dice dice) {
  const View& view = canvas.view;
  const auto color = choose(dice, designs());
  const double slant = dice.uniform(0.2, 0.6) * dice.side();
  canvas.fill(gradient(view, {{-0.05, color[surface]}, {0.38, color[middle]}, {1.0, color[depth]}}));
  // Shafts of light, slanting, fading with depth: noise along x - slant * y.
  const auto y = view.y.to(torch::kFloat64);
  const auto shaft_key = dice.key();
  const auto across = (view.x - y * slant);
  const auto shafts = noise(across * 2.6, shaft_key) * 0.6 + noise(across * 7.0, shaft_key + 1) * 0.4;
  canvas.add(color[light], smoothstep(0.0, 0.9, shafts) * smoothstep(0.85, 0.0, view.y) * 0.42);
  const auto shimmer = waves_of_surface(view, dice.key());
  canvas.add(color[light], shimmer);

  const int layers = 4;
  const double first = dice.uniform(0.58, 0.66);
  for (int k = 0; k < layers; ++k) {
    const double near = double(k) / double(layers - 1), level = first + (0.97 - first) * std::pow(near, 1.1);
    const double rolls = 0.05, fog = 0.80 * std::pow(1.0 - near, 1.1);
    const auto key = dice.key();
    const Line floor = [=](const torch::Tensor& x) {
      return fbm(x, key, 0.8, 3, 0.45).mul_(rolls).add_(level);
    };
    const double size = 0.10 + 0.20 * near;
    const double next = first + (0.97 - first) * std::pow(double(k + 1) / double(layers - 1), 1.1);
    Canvas layer = canvas.band(level - rolls * 1.5 - size * 1.1, std::min(1.0, next + rolls * 1.6 + 0.02));
    const View& v = layer.view;
    const Color water_color = mix(color[middle], color[depth], 0.35);
    Canvas slot = layer.band(level - rolls * 1.5 - size * 1.1, level + rolls * 1.5 + size * 0.1);
    corals(slot, floor, size, size * 0.85, color, water_color, fog, key + 3);
    const auto caustics = noise(v.x * 5.0, v.y.to(torch::kFloat64) * 14.0, key + 6);
    auto ground = blend(v, color[sand] * 0.35, color[sand] * 0.85,
                        smoothstep(-0.5, 0.9, caustics + smoothstep(0.12, 0.0, v.y - floor(v.x)) * 0.6));
    ground = torch::lerp(ground, pigment(v, water_color), 0.35 + fog * 0.6);
    layer.over(ground, below(v, floor));
    if (k == 1)
      fishes(canvas, dice.uniform(0.22, 0.34), 0.055, 0.014, mix(color[depth], color[middle], 0.3),
             slant > 0 ? 1.0 : -1.0, dice.key());
    if (k == 2)
      fishes(canvas, dice.uniform(0.36, 0.50), 0.10, 0.026, color[fish], slant > 0 ? -1.0 : 1.0, dice.key());
  }
}

}  // namespace equi::scenes
