// A still lake in autumn: wooded shores in red and gold and their mirror image.
#include "core/scenes/catalogue.h"
#include "core/scenes/noise.h"
#include "core/scenes/shapes.h"
#include "core/scenes/sky.h"
#include "core/scenes/water.h"

namespace equi::scenes {
namespace {

enum Place { zenith, low_sky, cloud_color, leaf_a, leaf_b, leaf_c, evergreen, hills, lake, trunk };

const std::vector<Palette>& designs() {
  static const std::vector<Palette> list{
      {hex(0x5a98cc), hex(0xf2ecd8), hex(0xffffff), hex(0xd9542a), hex(0xf0a030), hex(0xf2d050),
       hex(0x3f6040), hex(0x8fa0b0), hex(0x23505f), hex(0x3f2f2a)},
      {hex(0x8a9fb8), hex(0xf5dcc0), hex(0xfff0e0), hex(0xb83a30), hex(0xe07038), hex(0xe8b050),
       hex(0x4a5a48), hex(0xb0a0a0), hex(0x3f4a58), hex(0x3a2a2a)},
      {hex(0x3f78b8), hex(0xd5e8f0), hex(0xffffff), hex(0xe87030), hex(0xf5c040), hex(0xc8c850),
       hex(0x2f6048), hex(0x80a0b8), hex(0x1f5570), hex(0x4a3a30)},
  };
  return list;
}

// A wood of round crowns along the shore; each crown has a colour of its own and a lit side.
void wood(Canvas& canvas, double foot, double size, double spacing, const Palette& color, double fade,
          double sun, std::uint64_t key) {
  Canvas part = canvas.band(foot - size * 1.25, foot + 0.01);
  const View& v = part.view;
  const auto dapple = noise(v.x * (2.6 / size), v.y.to(torch::kFloat64) * (3.2 / size), key + 9) +
                      noise(v.x * (5.6 / size), v.y.to(torch::kFloat64) * (6.0 / size), key + 10) * 0.6;
  // The dim inside of the wood closes the gaps between crowns.
  const Line roof = [=](const torch::Tensor& x) {
    return noise(x * 0.9, key + 4).clamp(-0.9, 0.7).mul_(-0.14 * size).add_(foot - size * 0.34);
  };
  auto inside = torch::lerp(pigment(v, color[leaf_a] * 0.35), pigment(v, color[leaf_b] * 0.55),
                            (dapple * 0.6 + 0.5).clamp(0.0, 1.0));
  part.over(torch::lerp(inside, pigment(v, color[hills]), fade), below(v, roof));
  for (int row = 0; row < 2; ++row) {
    for (const auto& tree : instances(v.x, spacing * (1.0 - 0.22 * row), key + std::uint64_t(row), 0.9)) {
      const auto rise = smoothstep(-0.9, 0.7, noise(tree.centre * 0.9, key + 4)) * 0.6 + 0.4;
      const auto tall = tree.random(1, 0.55, 1.0) * size * (row == 0 ? 1.0 : 0.62) * rise;
      const auto hue =
          (tree.random(2) * 0.65 + (noise(tree.centre * 1.7, key + 5) * 0.5 + 0.5).clamp(0.0, 1.0) * 0.35);
      const auto pointed = (hue > 0.85).to(torch::kFloat32);
      const auto middle = foot - tall * 0.58;
      const auto crown = ellipse(v, tree.dx, middle + dapple * (0.075 * size), tall * 0.42, tall * 0.50);
      const auto fir = conifer(v, tree.dx, torch::full_like(tree.dx, foot), tall * 1.15, 0.2, 6);
      const auto bright = smoothstep(
          1.0, -0.9, (v.y - middle) / (tall * 0.46) - tree.dx / (tall * 0.4) * sun * 0.7 + dapple * 0.75);
      auto leaf = pigment(v, color[leaf_a]) * (hue < 0.3) +
                  pigment(v, color[leaf_b]) * ((hue >= 0.3) * (hue < 0.6)) +
                  pigment(v, color[leaf_c]) * ((hue >= 0.6) * (hue <= 0.85)) +
                  pigment(v, color[evergreen]) * (hue > 0.85);
      auto body = leaf * (0.38 + 0.80 * bright).unsqueeze(0);
      part.over(torch::lerp(body, pigment(v, color[hills]), fade), torch::lerp(crown, fir, pointed));
    }
  }
  const auto under = smoothstep(foot - size * 0.10, foot + 0.01, v.y) * (0.6 * (1.0 - fade));
  part.over(color[trunk], under.expand({v.rows, v.width}));
}

}  // namespace

void autumn_lake(Canvas& canvas, Dice dice) {
  const View& view = canvas.view;
  const auto color = choose(dice, designs());
  const double shore = dice.uniform(0.56, 0.64), sun = dice.side();
  canvas.fill(gradient(view, {{0.0, color[zenith]}, {shore, color[low_sky]}}));
  const auto cloud = clouds(view,
                            {.horizon = shore,
                             .scale = 0.8,
                             .flatness = 3.0,
                             .perspective = 0.4,
                             .amount = dice.uniform(0.25, 0.5),
                             .softness = 0.8,
                             .sun_side = sun},
                            dice.key());
  canvas.over(blend(view, mix(color[zenith], color[cloud_color], 0.5), color[cloud_color], cloud.lit),
              cloud.cover * 0.8);
  for (int k = 0; k < 2; ++k) {
    const auto key = dice.key();
    const double level = shore - 0.20 + 0.09 * k, height = 0.09 - 0.03 * k;
    const Line ridge = [=](const torch::Tensor& x) {
      return fbm(x, key, 0.6 + 0.3 * k, 4, 0.42).mul_(height).add_(level);
    };
    Canvas layer = canvas.band(level - height * 1.6, shore);
    const View& v = layer.view;
    const auto patches = smoothstep(-0.4, 0.5, noise(v.x * 8.0, v.y.to(torch::kFloat64) * 16.0, key + 1));
    auto hill = blend(v, mix(color[hills], color[evergreen], 0.12 + 0.25 * k),
                      mix(color[hills], color[leaf_b], 0.15 + 0.40 * k), patches);
    hill = torch::lerp(hill, pigment(v, mix(color[hills], color[low_sky], 0.5)),
                       (smoothstep(level - height, shore, v.y) * 0.5));
    layer.over(hill, below(v, ridge));
  }
  wood(canvas, shore - 0.105, 0.075, 0.034, color, 0.58, sun, dice.key());
  wood(canvas, shore - 0.065, 0.10, 0.044, color, 0.36, sun, dice.key());
  wood(canvas, shore - 0.028, 0.13, 0.056, color, 0.17, sun, dice.key());
  wood(canvas, shore + 0.002, dice.uniform(0.14, 0.19), 0.075, color, 0.0, sun, dice.key());
  water(canvas,
        {.line = shore,
         .squash = 1.0,
         .roughness = dice.uniform(0.15, 0.4),
         .tint = 0.12,
         .color = color[lake],
         .glint = color[low_sky],
         .glints = dice.uniform(0.1, 0.35)},
        dice.key());
}

}  // namespace equi::scenes
