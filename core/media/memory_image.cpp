#include "core/media/memory_image.h"

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "core/base/error.h"

namespace equi::media {
std::vector<std::byte> encode_png(const Image& image) {
  cv::Mat bgr;
  cv::cvtColor(cv::Mat(image.height, image.width, CV_8UC3, const_cast<std::uint8_t*>(image.pixels.data())),
               bgr, cv::COLOR_RGB2BGR);
  std::vector<std::uint8_t> bytes;
  if (!cv::imencode(".png", bgr, bytes)) throw Error(ErrorKind::io, "picture", "cannot be encoded");
  const auto all = std::as_bytes(std::span(bytes));
  return {all.begin(), all.end()};
}

std::optional<Image> decode_picture(std::span<const std::byte> bytes, int width, int height) {
  const cv::Mat encoded(1, static_cast<int>(bytes.size()), CV_8UC1, const_cast<std::byte*>(bytes.data()));
  cv::Mat bgr;
  try {
    bgr = cv::imdecode(encoded, cv::IMREAD_COLOR);
  } catch (const cv::Exception&) {
    return std::nullopt;
  }
  if (bgr.empty() || bgr.cols != width || bgr.rows != height) return std::nullopt;
  Image image{width, height, std::vector<std::uint8_t>(bgr.total() * 3)};
  cv::Mat rgb(height, width, CV_8UC3, image.pixels.data());
  cv::cvtColor(bgr, rgb, cv::COLOR_BGR2RGB);
  return image;
}

}  // namespace equi::media
