#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/train/picture_cache.h"

namespace equi::train {

// What came of a folder of pictures.
struct FolderReport {
  std::int64_t skipped = 0;                // pictures that could not be read, or break off
  std::vector<std::string> skipped_names;  // the first five of them, by name
  std::vector<std::string> lonely;         // classes with one picture only
};

// Decodes a folder of the user's pictures into a packed cache at `height` (several threads), or opens `cache`
// when it holds just these files already (then the report is empty). Each sub-folder is a class, in the order
// of their names; a folder without sub-folders is one class of its own name. PNG, JPEG, WebP, TIFF and BMP by
// their endings; other files are not looked at. Throws Error(bad_input) for a folder without pictures and for
// a class of which none can be read, Error(io) for a folder that may not be opened, Error(cancelled) when
// stopped.
PictureCache folder_pictures(const std::filesystem::path& folder, const std::filesystem::path& cache,
                             std::int64_t height, std::int64_t column_pixels, std::int64_t workers,
                             FolderReport& report,
                             const std::function<void(std::int64_t done, std::int64_t total)>& progress = {},
                             const std::stop_token& stop = {});

}  // namespace equi::train
