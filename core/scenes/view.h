#pragma once

#include <cstdint>

#include <torch/torch.h>

namespace equi::scenes {

// A rectangle of pixels of an unbounded world, with the world coordinates of the pixels' centres. The unit of
// length is the height of the whole picture; y grows downwards from 0 (top edge) to 1 (bottom edge).
struct View {
  std::int64_t height = 0;               // px of the whole picture
  std::int64_t first_x = 0, width = 0;   // px
  std::int64_t first_row = 0, rows = 0;  // px
  torch::TensorOptions options;          // device only
  torch::Tensor x;                       // [width] float64: right to 1e-9 far out
  torch::Tensor y;                       // [rows, 1] float32

  View(std::int64_t picture_height, std::int64_t from_x, std::int64_t columns,
       const torch::TensorOptions& device);

  // The rows that y in [top, bottom] touches, with one more on each side; at least one row.
  View band(double top, double bottom) const;

  // A soft step for an edge: 0 where `distance` (world units, positive inside) is half a pixel outside, 1
  // half a pixel inside.
  torch::Tensor coverage(const torch::Tensor& distance) const;

  double pixel() const { return 1.0 / double(height); }
};

}  // namespace equi::scenes
