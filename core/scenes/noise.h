#pragma once

#include <cstdint>

#include <torch/torch.h>

namespace equi::scenes {

// Smooth random functions on an integer lattice without a period (64-bit cells). Coordinates are float64 and
// sorted; results float32, mean 0, mostly within [-1, 1].

// How values between lattice points arise: a cubic B-spline, or straight lines (for rock and ridges).
enum class Curve { smooth, angular };

// Uniform numbers in [0, 1) for cells (int64, any shape): float32 of the same shape.
torch::Tensor cell_random(const torch::Tensor& cells, std::uint64_t key);

// u [N] -> [N]. Need not be sorted.
torch::Tensor noise(const torch::Tensor& u, std::uint64_t key, Curve curve = Curve::smooth);

// Octaves of it: frequency, 2 * frequency, ... with amplitudes 1, gain, gain^2, ..., divided by their sum's
// root of squares.
torch::Tensor fbm(const torch::Tensor& u, std::uint64_t key, double frequency, int octaves, double gain = 0.5,
                  Curve curve = Curve::smooth);

// On a grid: u [W] across, v [R] down -> [R, W]. Separable interpolation, so it costs two matrix products.
torch::Tensor noise(const torch::Tensor& u, const torch::Tensor& v, std::uint64_t key);

torch::Tensor fbm(const torch::Tensor& u, const torch::Tensor& v, std::uint64_t key, int octaves,
                  double gain = 0.5);

// 3 t^2 - 2 t^3 of (value - from) / (to - from), clamped; from may be above to.
torch::Tensor smoothstep(double from, double to, const torch::Tensor& value);

}  // namespace equi::scenes
