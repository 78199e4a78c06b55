#include "core/scenes/water.h"

#include <algorithm>

#include "core/scenes/noise.h"

namespace equi::scenes {

torch::Tensor waves(const View& view, double line, std::uint64_t key) {
  const auto depth = (view.y - line).clamp_min(0.0);
  const auto v = torch::log1p(depth.to(torch::kFloat64) / 0.035) * 9.0;
  const auto far = noise(view.x * 5.5, v * 2.0, key), near = noise(view.x * 2.6, v, mix_keys(key, 1));
  const auto fine = noise(view.x * 11.0, v * 2.7, mix_keys(key, 2));
  const auto nearness = smoothstep(0.0, 0.25, depth);
  return (torch::lerp(far, near, nearness.expand_as(far)) * 0.75).add_(fine, 0.4);
}

void water(Canvas& canvas, const WaterStyle& style, std::uint64_t key) {
  Canvas pool = canvas.band(style.line, style.bottom);
  const View& view = pool.view;
  const auto depth = (view.y - style.line).clamp_min(0.0);
  const auto slope = waves(view, style.line, key);
  // The row that is mirrored, moved by the waves; the movement grows towards the viewer.
  const auto reach = (depth * 0.55 + 0.006) * (0.55 * style.roughness);
  auto row = ((style.line - (depth / style.squash + slope * reach)) * double(view.height) - 0.5 -
              double(canvas.view.first_row))
                 .clamp_(0.0, double(canvas.view.rows) - 1.0);
  const auto shore = std::max(0.0, style.line * double(view.height) - double(canvas.view.first_row) - 1.0);
  row = torch::where(row > shore, 2.0 * shore - row, row).clamp_(0.0, double(canvas.view.rows) - 1.0);
  const auto upper = row.floor(), part = (row - upper).unsqueeze(0);
  const auto index = upper.to(torch::kInt64).unsqueeze(0).expand({3, view.rows, view.width});
  const auto above = canvas.light.gather(1, index);
  const auto next = canvas.light.gather(1, (index + 1).clamp_max(canvas.view.rows - 1));
  const auto mirrored = torch::lerp(above, next, part);

  const auto own =
      (style.tint + smoothstep(0.0, 0.45, depth) * 0.35 + slope * (0.10 * style.roughness + 0.03))
          .clamp_(0.0, 1.0);
  const auto surface = torch::lerp(mirrored, pigment(view, style.color), own);
  const auto shown = view.coverage((view.y - style.line).expand({view.rows, view.width}));
  pool.over(surface, shown);
  if (style.glints > 0.0) {
    const auto crest = smoothstep(0.75 - 0.3 * style.glints, 1.25, slope) * smoothstep(0.0, 0.03, depth);
    pool.over(style.glint, crest * (0.75 * style.glints) * shown);
  }
}

}  // namespace equi::scenes
