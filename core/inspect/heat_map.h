#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "core/inspect/row.h"

// Numbers as colours.
namespace equi::inspect {

// 8-bit RGB, rows top to bottom, no padding.
struct Rgb {
  int width = 0, height = 0;
  std::vector<std::uint8_t> pixels;  // [height, width, 3]
};

// [-1, 1] clamped, (x + 1) * 127.5, rounded half to even: the same bytes as stream::to_bytes.
Rgb to_rgb(const Picture& picture);

// 0 black, through violet and orange, to 1 pale yellow; perceived brightness rises evenly. Clamped.
std::array<std::uint8_t, 3> heat_colour(double value);

// Changes [height, width] in levels over the picture they were measured on: the picture grey and dimmed, the
// change in colour on top, as opaque as it is strong. `full_scale` (levels) is the brightest colour; the
// square root is shown, so that weak changes can be seen. Throws Error(bad_input) when sizes differ.
Rgb heat_over(const Picture& picture, std::span<const float> heat, double full_scale);

// The changes alone.
Rgb heat_alone(std::span<const float> heat, int width, int height, double full_scale);

// A full scale for changes: their 99.5th percentile, at least 1 level.
double full_scale_of(std::span<const float> heat);

}  // namespace equi::inspect
