#pragma once

#include <string>

#include "core/train/picture_cache.h"
#include "tests/support/temp_folder.h"

namespace equi::testing {

// A packed cache of `count` pictures for each of two classes, 32 px high: the first class grows brighter to
// the right, the second darker. Pixel values identify the picture.
inline train::PictureCache striped_cache(const std::filesystem::path& folder, std::int64_t count,
                                         std::int64_t width = 320) {
  train::PictureCacheWriter writer(folder, 32, {"rising", "falling"}, "stripes");
  for (std::int64_t label = 0; label < 2; ++label) {
    for (std::int64_t i = 0; i < count; ++i) {
      auto line = torch::linspace(0, 255, width);
      if (label == 1) line = line.flip(0);
      const auto picture = ((line * 0.8 + static_cast<double>(i)).clamp(0, 255)).to(torch::kUInt8);
      writer.add(picture.expand({3, 32, width}).contiguous(), label, std::to_string(100 + i));
    }
  }
  writer.finish();
  return train::PictureCache::open(folder);
}

}  // namespace equi::testing
