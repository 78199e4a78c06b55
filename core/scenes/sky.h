#pragma once

#include <cstdint>

#include <torch/torch.h>

#include "core/scenes/paint.h"

namespace equi::scenes {

// A layer of clouds as it stands in the sky: how much it hides and how much light falls on it.
struct Clouds {
  torch::Tensor cover;  // [rows, W] 0..1
  torch::Tensor lit;    // [rows, W] 0..1
};

struct CloudStyle {
  double horizon = 0.6;      // y to which they recede
  double scale = 0.5;        // width of a cloud overhead (picture heights)
  double flatness = 2.5;     // width : height
  double perspective = 0.3;  // 0: same size everywhere; towards 1: small near the horizon
  double amount = 0.5;       // of sky hidden, about
  double softness = 0.5;     // of the edges
  double sun_side = -1.0;    // the lit side
  int octaves = 5;
};
Clouds clouds(const View& view, const CloudStyle& style, std::uint64_t key);

// Puffed clouds that stand on a flat foot at y = foot, up to `height` high.
Clouds cumulus(const View& view, double foot, double height, double scale, double amount, double sun_side,
               std::uint64_t key);

// Stars above y = horizon, fainter towards it.
void stars(Canvas& canvas, double horizon, double density, const Color& color, std::uint64_t key);

// A sun or moon in every cell of `spacing`, at y: its distance field [rows, W] (world units, >= 0), where the
// nearest counts, and the distance along x alone [W].
struct Disc {
  torch::Tensor distance;  // [rows, W]
  torch::Tensor dx;        // [W] signed
};
Disc disc(const View& view, double y, double spacing, std::uint64_t key);

// The disc itself and its glow.
void shine(Canvas& canvas, const Disc& disc, double radius, const Color& color, double glow_radius,
           const Color& glow);

}  // namespace equi::scenes
