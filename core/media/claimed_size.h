#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace equi::media {

// What the first bytes of a picture's file say of it, before anything is decoded.
struct ClaimedSize {
  std::uint64_t width = 0;   // pixels; 0: not said where it should be
  std::uint64_t height = 0;  // pixels
  bool reducible = false;    // can be decoded at a fraction of its size in a fraction of the memory

  std::uint64_t pixels() const { return width * height; }
};

// Nothing for a file that is none of PNG, JPEG, WebP, TIFF and BMP, or cannot be read.
std::optional<ClaimedSize> claimed_size(const std::filesystem::path& path);

}  // namespace equi::media
