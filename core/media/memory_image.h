#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "core/media/image.h"

namespace equi::media {

// A picture as PNG bytes, lossless. Throws Error(io) when it cannot be encoded.
std::vector<std::byte> encode_png(const Image& image);

// Back; nothing when the bytes are no picture of this size.
std::optional<Image> decode_picture(std::span<const std::byte> bytes, int width, int height);

}  // namespace equi::media
