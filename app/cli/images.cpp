#include "app/cli/images.h"

#include <cstring>

namespace equi::cli {

torch::Tensor to_tensor(const media::Image& image) {
  auto* data = const_cast<std::uint8_t*>(image.pixels.data());
  const auto bytes = torch::from_blob(data, {1, image.height, image.width, 3}, torch::kUInt8);
  return bytes.to(torch::kFloat32).permute({0, 3, 1, 2}).div(127.5).sub(1.0).contiguous();
}

media::Image to_image(const torch::Tensor& tensor) {
  const auto bytes = tensor.detach()
                         .to(torch::kCPU, torch::kFloat32)
                         .clamp(-1.0, 1.0)
                         .add(1.0)
                         .mul(127.5)
                         .round()
                         .to(torch::kUInt8)
                         .permute({0, 2, 3, 1})
                         .contiguous();
  media::Image image{static_cast<int>(tensor.size(3)), static_cast<int>(tensor.size(2)), {}};
  image.pixels.resize(static_cast<std::size_t>(bytes.numel()));
  std::memcpy(image.pixels.data(), bytes.const_data_ptr(), image.pixels.size());
  return image;
}

}  // namespace equi::cli
