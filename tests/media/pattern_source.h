#pragma once

#include <cmath>
#include <map>

#include "core/media/image.h"
#include "core/media/strip_source.h"

namespace equi::testing {

// A picture of any width whose every pixel is known: smooth hills with a little texture, so that it packs
// like a photo.
inline void pattern_pixel(std::int64_t x, int y, std::uint8_t* rgb) {
  const double wave = std::sin(static_cast<double>(x) / 37.0) * std::cos(y / 23.0);
  const auto texture =
      static_cast<int>((std::uint64_t(x) * 2654435761U + std::uint64_t(y) * 40503U) >> 7 & 7);
  rgb[0] = static_cast<std::uint8_t>(120 + 90 * wave + texture);
  rgb[1] = static_cast<std::uint8_t>(110 + 60 * std::sin(static_cast<double>(x + 2 * y) / 61.0) + texture);
  rgb[2] = static_cast<std::uint8_t>(40 + y % 160);
}

inline media::StripSource pattern_source(std::int64_t width, int height) {
  return {height, width, [height](std::int64_t x, int w, std::span<std::uint8_t> rgb) {
            for (int row = 0; row < height; ++row) {
              for (int i = 0; i < w; ++i) {
                pattern_pixel(x + i, row,
                              rgb.data() + (std::size_t(row) * std::size_t(w) + std::size_t(i)) * 3);
              }
            }
          }};
}

// The whole pattern in memory, to compare with.
inline media::Image pattern_image(std::int64_t width, int height) {
  media::Image image{static_cast<int>(width), height, {}};
  image.pixels.resize(std::size_t(width) * std::size_t(height) * 3);
  pattern_source(width, height).read(0, static_cast<int>(width), image.pixels);
  return image;
}

inline std::size_t entries(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

}  // namespace equi::testing
