#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace equi::media {

// A picture in memory: 8-bit RGB, rows top to bottom, no padding. pixels.size() == width * height * 3.
struct Image {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> pixels;

  std::uint8_t* row(int y) { return pixels.data() + std::size_t(y) * std::size_t(width) * 3; }
  const std::uint8_t* row(int y) const { return pixels.data() + std::size_t(y) * std::size_t(width) * 3; }
};

// Reads PNG, JPEG, WebP, TIFF or BMP as 8-bit RGB: EXIF rotation applied, 16 bits reduced, grey spread to
// three channels, alpha laid over white. Throws Error(io) when the file cannot be read, Error(bad_input) when
// it is no picture or claims more than 2^28 pixels (which is seen before memory is taken).
Image read_image(const std::filesystem::path& path);

// Throws what write_image would throw about the name alone: an unknown ending, a folder that is missing or
// closed; and, with a size, a format that does not hold it. For asking before a long computation.
void check_writable(const std::filesystem::path& path);
void check_writable(const std::filesystem::path& path, std::int64_t width, std::int64_t height);

// Writes PNG, JPEG, WebP or TIFF by the file name's ending, aside and renamed. Throws Error(bad_input)
// for an unknown ending or a size that the format cannot hold, Error(io) when writing fails.
void write_image(const std::filesystem::path& path, const Image& image);

// Scaled to `height` with the width in proportion (area filter when it shrinks, cubic when it grows), then
// cut evenly on both sides to a multiple of `column_pixels`, at least 2 columns (narrow pictures are widened
// by reflection). Throws Error(bad_input) for an empty picture, and for one that would have more than 2^30
// pixels.
Image fit_to_height(const Image& image, int height, int column_pixels);

// Peak signal-to-noise ratio in dB of two pictures of the same size; infinity when equal.
// Throws Error(bad_input) when the sizes differ.
double psnr(const Image& a, const Image& b);

}  // namespace equi::media
