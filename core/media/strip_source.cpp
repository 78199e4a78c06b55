#include "core/media/strip_source.h"

#include <algorithm>
#include <cstring>
#include <future>

#include <fmt/format.h>

#include "core/base/error.h"

namespace equi::media {

void ExportControl::check() const {
  if (stop.stop_requested()) throw Error(ErrorKind::cancelled, "", "stopped");
}

void ExportControl::report(std::int64_t done, std::int64_t total) const {
  if (progress) progress(done, total);
}

StripSource cut(const StripSource& source, std::int64_t x, std::int64_t width) {
  if (x < 0 || width < 1 || x + width > source.width) {
    throw Error(ErrorKind::bad_input, "span",
                fmt::format("pixels {} to {} are outside the picture's 0 to {}", x, x + width, source.width));
  }
  return {source.height, width, [read = source.read, x](std::int64_t at, int w, std::span<std::uint8_t> rgb) {
            read(x + at, w, rgb);
          }};
}

StripSource source_of(const Image& image) {
  return {image.height, image.width, [&image](std::int64_t x, int width, std::span<std::uint8_t> rgb) {
            const std::size_t bytes = std::size_t(width) * 3;
            for (int y = 0; y < image.height; ++y) {
              std::memcpy(rgb.data() + std::size_t(y) * bytes, image.row(y) + std::size_t(x) * 3, bytes);
            }
          }};
}

void for_each_block(const StripSource& source, int block_width, const ExportControl& control,
                    const std::function<void(const Block&)>& use) {
  std::vector<std::uint8_t> reading, used;
  std::future<void> busy;
  for (std::int64_t x = 0; x < source.width; x += block_width) {
    control.check();
    const int width = static_cast<int>(std::min<std::int64_t>(block_width, source.width - x));
    reading.resize(std::size_t(width) * std::size_t(source.height) * 3);
    source.read(x, width, reading);
    if (busy.valid()) busy.get();
    std::swap(reading, used);
    busy = std::async(std::launch::async, [&use, &used, x, width] { use({x, width, used}); });
  }
  if (busy.valid()) busy.get();
}

}  // namespace equi::media
