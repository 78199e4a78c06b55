#pragma once

#include <cstdint>

#include <torch/torch.h>

#include "core/scenes/paint.h"

namespace equi::scenes {

struct WaterStyle {
  double line = 0.6;       // y of the far shore
  double bottom = 1.0;     // y to which it reaches
  double squash = 1.0;     // heights in the mirror : heights above it
  double roughness = 0.3;  // 0: a mirror, 1: a choppy sea
  double tint = 0.25;      // how much of the water's own colour is seen at the shore, more towards the viewer
  Color color;             // its own colour
  Color glint;             // of the light on the crests
  double glints = 0.3;     // how many
};

// The wave field below `line`: slopes about -1..1, [rows, W], finer towards the far shore.
torch::Tensor waves(const View& view, double line, std::uint64_t key);

// Paints water below style.line: what is above mirrored in it, distorted by waves.
void water(Canvas& canvas, const WaterStyle& style, std::uint64_t key);

}  // namespace equi::scenes
