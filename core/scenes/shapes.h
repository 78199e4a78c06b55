#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include <torch/torch.h>

#include "core/scenes/view.h"

namespace equi::scenes {

// A line across the world: x (float64 [N]) -> y (float32 [N]).
using Line = std::function<torch::Tensor(const torch::Tensor& x)>;

// All that lies below a line, with soft edges that keep their width on slopes: [rows, W].
torch::Tensor below(const View& view, const Line& line);

// Things that stand along the world, one in each cell of a lattice, seen from a pixel column.
struct Instance {
  torch::Tensor centre;  // [W] float64: the x of its axis
  torch::Tensor dx;      // [W] float32: the column's distance to it, positive to the right
  torch::Tensor cell;    // [W] int64
  std::uint64_t key = 0;

  // Its own random number, uniform in [low, high): [W]. `which` tells its properties apart.
  torch::Tensor random(int which, double low = 0.0, double high = 1.0) const;
};

// The instances that may reach each column, from left to right: the 2 * reach cells whose middles are nearest
// to it (reach 0: its own cell alone). An instance is drawn whole if its half width and half the jitter are
// together at most `reach` cells (half a cell for reach 0). spacing: width of a cell; jitter: how much of a
// cell the axis may wander over (0 = its middle).
std::vector<Instance> instances(const torch::Tensor& x, double spacing, std::uint64_t key,
                                double jitter = 0.7, int reach = 1);

// Coverages [rows, W] of things whose foot is at y = foot [W], of the given height [W].
torch::Tensor conifer(const View& view, const torch::Tensor& dx, const torch::Tensor& foot,
                      const torch::Tensor& height, double slimness, int tiers);
// An ellipse around (0, centre_y) with half axes [W] or numbers.
torch::Tensor ellipse(const View& view, const torch::Tensor& dx, const torch::Tensor& centre_y,
                      const torch::Tensor& half_width, const torch::Tensor& half_height);

}  // namespace equi::scenes
