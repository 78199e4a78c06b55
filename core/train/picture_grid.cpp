#include "core/train/picture_grid.h"

#include "core/media/image.h"
#include "core/stream/streaming_decoder.h"

namespace equi::train {
namespace {
constexpr std::int64_t kLine = 2;  // pixels between pictures
}

void write_grid(const std::filesystem::path& path, const std::vector<torch::Tensor>& pictures,
                std::int64_t columns) {
  const auto count = static_cast<std::int64_t>(pictures.size());
  const auto rows = (count + columns - 1) / columns;
  const auto high = pictures.front().size(1), wide = pictures.front().size(2);
  auto sheet =
      torch::full({rows * (high + kLine) - kLine, columns * (wide + kLine) - kLine, 3}, 255, torch::kUInt8);
  for (std::int64_t i = 0; i < count; ++i) {
    sheet.narrow(0, i / columns * (high + kLine), high)
        .narrow(1, i % columns * (wide + kLine), wide)
        .copy_(stream::to_bytes(pictures[static_cast<std::size_t>(i)].to(torch::kCPU, torch::kFloat32)));
  }
  media::Image image{static_cast<int>(sheet.size(1)), static_cast<int>(sheet.size(0)), {}};
  const auto* data = sheet.const_data_ptr<std::uint8_t>();
  image.pixels.assign(data, data + sheet.numel());
  media::write_image(path, image);
}

}  // namespace equi::train
