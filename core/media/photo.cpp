#include "core/media/photo.h"

#include <fstream>
#include <iterator>
#include <optional>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "core/media/claimed_size.h"

namespace equi::media {
namespace {

constexpr std::uintmax_t kLargeFile = 1 << 20;  // smaller ones are decoded whole without a thought
constexpr std::uintmax_t kLargestFile = std::uintmax_t{1} << 31;

bool is_large_reducible(const std::filesystem::path& path) {
  std::error_code failure;
  const auto size = std::filesystem::file_size(path, failure);
  if (failure || size < kLargeFile || size > kLargestFile) return false;
  const auto claimed = claimed_size(path);
  return claimed && claimed->reducible;
}

// The picture at the smallest of libjpeg's sizes that is still at least twice as high as needed; nothing when
// that is the whole one.
std::optional<Image> read_reduced(const std::filesystem::path& path, int height) {
  std::ifstream in(path, std::ios::binary);
  const std::vector<char> bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  for (const auto size :
       {cv::IMREAD_REDUCED_COLOR_8, cv::IMREAD_REDUCED_COLOR_4, cv::IMREAD_REDUCED_COLOR_2}) {
    cv::Mat bgr;
    try {
      bgr = cv::imdecode(bytes, size);
    } catch (const cv::Exception&) {
      return std::nullopt;  // read_image says what is wrong
    }
    if (bgr.empty()) return std::nullopt;
    if (bgr.rows < 2 * height) continue;
    Image image{bgr.cols, bgr.rows, std::vector<std::uint8_t>(bgr.total() * 3)};
    cv::Mat rgb(bgr.rows, bgr.cols, CV_8UC3, image.pixels.data());
    cv::cvtColor(bgr, rgb, cv::COLOR_BGR2RGB);
    return image;
  }
  return std::nullopt;
}

}  // namespace

Image read_photo(const std::filesystem::path& path, int height, int column_pixels) {
  if (is_large_reducible(path)) {
    if (const auto reduced = read_reduced(path, height))
      return fit_to_height(*reduced, height, column_pixels);
  }
  return fit_to_height(read_image(path), height, column_pixels);
}

}  // namespace equi::media
