#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include <torch/torch.h>

#include "core/scenes/dice.h"
#include "core/scenes/view.h"

namespace equi::scenes {

// A colour in linear light; 1 is the white of the page, more is light that tone mapping folds back.
struct Color {
  double r = 0.0, g = 0.0, b = 0.0;
};
Color hex(std::uint32_t srgb);  // 0xRRGGBB
Color mix(const Color& a, const Color& b, double t);
Color operator*(const Color& a, double scale);
Color operator*(const Color& a, const Color& b);
Color operator+(const Color& a, const Color& b);

// The colours of a scene by place. A world's palette lies between two neighbours of a list of designed ones,
// with a slight change of exposure and warmth.
using Palette = std::vector<Color>;
Palette choose(Dice& dice, const std::vector<Palette>& designs);

// A colour as a tensor [3, 1, 1] on the view's device.
torch::Tensor pigment(const View& view, const Color& color);

// mix(a, b, t) for t of any shape [rows, W] (1s allowed): [3, rows, W].
torch::Tensor blend(const View& view, const Color& a, const Color& b, const torch::Tensor& t);

// Colours at heights y (ascending), smoothly joined: [3, rows, 1].
torch::Tensor gradient(const View& view, const std::vector<std::pair<double, Color>>& stops);

// What is painted so far, in linear light.
struct Canvas {
  View view;
  torch::Tensor light;  // [3, rows, W] float32

  explicit Canvas(const View& whole);
  Canvas(const View& part, torch::Tensor pixels) : view(part), light(std::move(pixels)) {}

  // The rows of y in [top, bottom]; shares the pixels.
  Canvas band(double top, double bottom) const;

  // Lays a colour (Color, or a tensor that broadcasts to [3, rows, W]) over it; alpha broadcasts to [rows,
  // W].
  void over(const torch::Tensor& color, const torch::Tensor& alpha);
  void over(const Color& color, const torch::Tensor& alpha);
  // Adds light.
  void add(const Color& color, const torch::Tensor& amount);
  void fill(const torch::Tensor& color) { light.copy_(color); }
};

// Tone mapping, averaging over oversampling x oversampling pixels and sRGB: [3, rows / o, W / o] in [-1, 1].
torch::Tensor develop(const Canvas& canvas, std::int64_t oversampling);

}  // namespace equi::scenes
