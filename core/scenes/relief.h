#pragma once

#include <torch/torch.h>

#include "core/scenes/view.h"

namespace equi::scenes {

// Ground in depth, seen from the side: K slices one behind the other, each a line of heights across the view.
// Parallel projection, so that every column looks alike wherever it is.
class Relief {
 public:
  // tops [K, W]: where slice k (0 nearest) has its upper edge, as y of the picture.
  Relief(const View& view, const torch::Tensor& tops);

  // Whether ground is there: [rows, W] float32, 0 or 1.
  const torch::Tensor& cover() const { return cover_; }

  // A quantity given on the slices, [K, W], as it is seen: [rows, W].
  torch::Tensor seen(const torch::Tensor& field) const;

 private:
  torch::Tensor near_, far_;  // [rows, W] int64: the slices between which the ray meets the ground
  torch::Tensor between_;     // [rows, W] float32: 0 at near_, 1 at far_
  torch::Tensor cover_;
};

// How much light ground gets from the side, [K, W] about -1..1: more where it faces the light.
// height [K, W]; step_x: distance between columns, z [K]: depth of the slices (world units); side -1: light
// from the left; elevation: slope of the rays. The first and last column are one-sided differences.
torch::Tensor facing(const torch::Tensor& height, double step_x, const torch::Tensor& z, double side,
                     double elevation);

}  // namespace equi::scenes
