#include "core/inspect/heat_map.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"

namespace equi::inspect {
namespace {

// Nine stops of the "inferno" colour map (Smith and van der Walt, public domain).
constexpr std::array<std::array<double, 3>, 9> kStops = {{{0, 0, 4},
                                                          {31, 12, 72},
                                                          {85, 15, 109},
                                                          {136, 34, 106},
                                                          {186, 54, 85},
                                                          {227, 89, 51},
                                                          {249, 140, 10},
                                                          {249, 201, 50},
                                                          {252, 255, 164}}};
constexpr double kDimmed = 0.55;  // brightness of the grey picture below
constexpr double kOpaque = 0.92;  // of the strongest change
constexpr double kPercentile = 0.995;
constexpr double kLuma[3] = {0.299, 0.587, 0.114};

std::uint8_t to_byte(double value) {
  return static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0, 255.0)));
}

// How strong a change looks, 0..1.
double strength(float change, double full_scale) {
  return std::sqrt(std::clamp(double(change) / full_scale, 0.0, 1.0));
}

}  // namespace

Rgb to_rgb(const Picture& picture) {
  Rgb result{picture.width, picture.height, {}};
  result.pixels.resize(std::size_t(picture.width) * std::size_t(picture.height) * 3);
  for (int y = 0; y < picture.height; ++y) {
    for (int c = 0; c < 3; ++c) {
      const float* from = picture.row(c, y);
      std::uint8_t* to = result.pixels.data() + std::size_t(y) * std::size_t(picture.width) * 3 + c;
      for (int x = 0; x < picture.width; ++x) {
        to[std::size_t(x) * 3] =
            static_cast<std::uint8_t>(std::nearbyint((std::clamp(from[x], -1.0F, 1.0F) + 1.0F) * 127.5F));
      }
    }
  }
  return result;
}

std::array<std::uint8_t, 3> heat_colour(double value) {
  const double at = std::clamp(value, 0.0, 1.0) * (kStops.size() - 1);
  const auto below = std::min<std::size_t>(static_cast<std::size_t>(at), kStops.size() - 2);
  std::array<std::uint8_t, 3> colour{};
  for (std::size_t c = 0; c < 3; ++c) {
    colour[c] = to_byte(std::lerp(kStops[below][c], kStops[below + 1][c], at - double(below)));
  }
  return colour;
}

Rgb heat_over(const Picture& picture, std::span<const float> heat, double full_scale) {
  Rgb result = to_rgb(picture);
  if (heat.size() * 3 != result.pixels.size()) {
    throw Error(ErrorKind::bad_input, "heat map", "it is of another picture");
  }
  for (std::size_t i = 0; i < heat.size(); ++i) {
    std::uint8_t* pixel = result.pixels.data() + 3 * i;
    const double grey = kDimmed * (kLuma[0] * pixel[0] + kLuma[1] * pixel[1] + kLuma[2] * pixel[2]);
    const double s = strength(heat[i], full_scale);
    const auto colour = heat_colour(s);
    for (int c = 0; c < 3; ++c)
      pixel[c] = to_byte(std::lerp(grey, double(colour[std::size_t(c)]), s * kOpaque));
  }
  return result;
}

Rgb heat_alone(std::span<const float> heat, int width, int height, double full_scale) {
  Rgb result{width, height, {}};
  for (const float change : heat) {
    const auto colour = heat_colour(strength(change, full_scale));
    result.pixels.insert(result.pixels.end(), colour.begin(), colour.end());
  }
  return result;
}

double full_scale_of(std::span<const float> heat) {
  if (heat.empty()) return 1.0;
  std::vector<float> sorted(heat.begin(), heat.end());
  const auto at = sorted.begin() + static_cast<std::ptrdiff_t>(double(sorted.size() - 1) * kPercentile);
  std::ranges::nth_element(sorted, at);
  return std::max(1.0, double(*at));
}

}  // namespace equi::inspect
