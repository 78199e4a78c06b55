#include "core/batch/canvas_source.h"

#include <cstring>

#include <fmt/format.h>

#include "core/base/error.h"

namespace equi::batch {

media::StripSource canvas_source(engine::Session& session, engine::ColumnRange columns,
                                 const std::stop_token& stop) {
  const auto extent = session.extent();
  if (columns.begin < extent.begin || columns.end > extent.end || columns.size() < 1) {
    throw Error(ErrorKind::bad_input, "span",
                fmt::format("columns {} to {} are not within the canvas, {} to {}", columns.begin,
                            columns.end, extent.begin, extent.end));
  }
  const std::int64_t px = session.engine().column_pixels();
  return {
      session.engine().picture_height(), columns.size() * px,
      [&session, columns, px, stop](std::int64_t x, int width, std::span<std::uint8_t> rgb) {
        const engine::ColumnRange asked{columns.begin + x / px, columns.begin + (x + width + px - 1) / px};
        const auto strip = session.pixels(asked, stop);
        const std::int64_t left = x % px;
        for (std::int64_t y = 0; y < strip.height; ++y) {
          std::memcpy(rgb.data() + y * width * 3, strip.pixels.data() + (y * strip.width + left) * 3,
                      std::size_t(width) * 3);
        }
      }};
}

engine::ColumnRange whole_canvas(const engine::Session& session) {
  return session.extent();
}

}  // namespace equi::batch
