#pragma once

#include <filesystem>

#include "core/media/image.h"

namespace equi::media {

// A picture as a canvas takes it in: read_image, then fit_to_height. A baseline JPEG that is far larger than
// needed is decoded at a half, a quarter or an eighth of its size, so that a picture of 600 megapixels needs
// no gigabytes. Throws as those two do.
Image read_photo(const std::filesystem::path& path, int height, int column_pixels);

}  // namespace equi::media
