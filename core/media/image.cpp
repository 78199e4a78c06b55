#include "core/media/image.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <fstream>
#include <limits>

#include <fmt/format.h>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <unistd.h>

#include "core/base/error.h"
#include "core/media/claimed_size.h"
#include "core/media/export_format.h"

namespace equi::media {
namespace {

constexpr double kMostPixels = 1 << 30;
constexpr std::uint64_t kMostDecoded = std::uint64_t{1} << 28;  // pixels that are in memory at once
constexpr int kMinColumns = 2;  // the tokenizer's reflected convolutions need a neighbour

[[noreturn]] void refuse_unknown(const std::filesystem::path& path) {
  throw Error(ErrorKind::bad_input, path.string(), "is not a picture that can be read",
              "PNG, JPEG, WebP, TIFF and BMP can be");
}

// Before memory is taken for it.
void check_claims(const std::filesystem::path& path) {
  const auto claimed = claimed_size(path);
  if (!claimed) refuse_unknown(path);  // OpenCV would try formats that nobody asked for
  if (claimed->pixels() > kMostDecoded) {
    throw Error(ErrorKind::bad_input, path.string(),
                fmt::format("{} x {} pixels are more than the {} million that are read at once",
                            claimed->width, claimed->height, kMostDecoded / 1'000'000),
                "save it smaller; a JPEG that is not progressive may be larger");
  }
}

std::vector<std::uint8_t> read_bytes(const std::filesystem::path& path) {
  std::error_code failure;
  const auto size = std::filesystem::file_size(path, failure);
  if (failure) throw Error(ErrorKind::io, path.string(), "cannot be read: " + failure.message());
  if (size == 0) throw Error(ErrorKind::bad_input, path.string(), "the file is empty");
  if (size > (std::uintmax_t{1} << 31)) {
    throw Error(ErrorKind::bad_input, path.string(), "the picture's file is larger than 2 GiB");
  }
  check_claims(path);
  std::ifstream in(path, std::ios::binary);
  std::vector<std::uint8_t> bytes(size);
  if (!in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size))) {
    throw Error(ErrorKind::io, path.string(), "cannot be read");
  }
  return bytes;
}

cv::Mat to_eight_bits(const cv::Mat& decoded) {
  if (decoded.depth() == CV_8U) return decoded;
  cv::Mat eight;
  const double scale = decoded.depth() == CV_16U ? 1.0 / 257.0 : 255.0;  // floating formats hold [0, 1]
  decoded.convertTo(eight, CV_8U, scale);
  return eight;
}

cv::Mat over_white(const cv::Mat& bgra) {
  cv::Mat bgr(bgra.size(), CV_8UC3);
  for (int y = 0; y < bgra.rows; ++y) {
    for (int x = 0; x < bgra.cols; ++x) {
      const auto& from = bgra.at<cv::Vec4b>(y, x);
      for (int c = 0; c < 3; ++c) {
        const int blended = from[c] * from[3] + 255 * (255 - from[3]);
        bgr.at<cv::Vec3b>(y, x)[c] = static_cast<std::uint8_t>((blended + 127) / 255);
      }
    }
  }
  return bgr;
}

Image from_bgr(const cv::Mat& bgr) {
  Image image{bgr.cols, bgr.rows, std::vector<std::uint8_t>(bgr.total() * 3)};
  cv::Mat rgb(bgr.rows, bgr.cols, CV_8UC3, image.pixels.data());
  cv::cvtColor(bgr, rgb, cv::COLOR_BGR2RGB);
  return image;
}

cv::Mat view(const Image& image) {
  return {image.height, image.width, CV_8UC3, const_cast<std::uint8_t*>(image.pixels.data())};
}

std::string lower_ending(const std::filesystem::path& path) {
  std::string ending = path.extension().string();
  std::ranges::transform(ending, ending.begin(), [](unsigned char c) { return std::tolower(c); });
  return ending;
}

}  // namespace

Image read_image(const std::filesystem::path& path) {
  const auto bytes = read_bytes(path);
  cv::Mat decoded;
  try {
    // Colour decoding applies EXIF rotation; only files with alpha are decoded as they are stored.
    decoded = cv::imdecode(bytes, cv::IMREAD_UNCHANGED);
    if (!decoded.empty() && decoded.channels() != 4) {
      decoded.release();  // one of them at a time
      decoded = cv::imdecode(bytes, cv::IMREAD_COLOR | cv::IMREAD_ANYDEPTH);
    }
  } catch (const cv::Exception& failure) {
    throw Error(ErrorKind::bad_input, path.string(), "cannot be decoded: " + failure.err);
  }
  if (decoded.empty()) refuse_unknown(path);
  const cv::Mat eight = to_eight_bits(decoded);
  return from_bgr(eight.channels() == 4 ? over_white(eight) : eight);
}

void check_writable(const std::filesystem::path& path) {
  const std::string ending = lower_ending(path);
  static const std::vector<std::string> known = {".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff"};
  if (std::ranges::find(known, ending) == known.end()) {
    throw Error(ErrorKind::bad_input, path.string(),
                fmt::format("'{}' is not a picture format", printable(ending)),
                "use .png, .jpg, .webp or .tif");
  }
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  if (access(folder.c_str(), W_OK | X_OK) != 0) {
    const std::string reason = std::error_code(errno, std::generic_category()).message();
    throw Error(ErrorKind::io, path.string(), "cannot be written: " + reason);
  }
}

void check_writable(const std::filesystem::path& path, std::int64_t width, std::int64_t height) {
  check_writable(path);
  const auto message = limit_message(parse_format(lower_ending(path)), width, height);
  if (!message.empty()) throw Error(ErrorKind::bad_input, path.string(), message, "use png or tiff");
}

void write_image(const std::filesystem::path& path, const Image& image) {
  check_writable(path, image.width, image.height);
  const std::string ending = lower_ending(path);
  cv::Mat bgr;
  cv::cvtColor(view(image), bgr, cv::COLOR_RGB2BGR);
  std::vector<std::uint8_t> bytes;
  try {
    if (!cv::imencode(ending, bgr, bytes)) throw Error(ErrorKind::io, path.string(), "cannot be encoded");
  } catch (const cv::Exception& failure) {
    throw Error(ErrorKind::io, path.string(), "cannot be encoded: " + failure.err);
  }
  const auto aside = std::filesystem::path(path).concat(".part");
  {
    std::ofstream out(aside, std::ios::binary);
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    out.flush();
    if (!out) {
      std::error_code ignored;
      std::filesystem::remove(aside, ignored);
      throw Error(ErrorKind::io, path.string(), "cannot be written",
                  "is the folder there, is the disk full?");
    }
  }
  std::error_code failure;
  std::filesystem::rename(aside, path, failure);
  if (!failure) return;
  std::error_code ignored;
  std::filesystem::remove(aside, ignored);
  throw Error(ErrorKind::io, path.string(), "cannot be written: " + failure.message());
}

Image fit_to_height(const Image& image, int height, int column_pixels) {
  if (image.width < 1 || image.height < 1) {
    throw Error(ErrorKind::bad_input, "picture", "it has no pixels");
  }
  const double scale = static_cast<double>(height) / image.height;
  if (image.width * scale * height > kMostPixels) {
    throw Error(
        ErrorKind::bad_input, "picture",
        fmt::format("{} x {} pixels are too wide for a height of {}", image.width, image.height, height));
  }
  const int scaled_width = std::max(1, static_cast<int>(std::lround(image.width * scale)));
  cv::Mat scaled;
  const int filter = scale < 1.0 ? cv::INTER_AREA : cv::INTER_CUBIC;
  cv::resize(view(image), scaled, cv::Size(scaled_width, height), 0, 0, filter);
  const int columns = std::max(kMinColumns, scaled_width / column_pixels);
  const int width = columns * column_pixels;
  if (width > scaled.cols) {
    const int missing = width - scaled.cols;
    cv::copyMakeBorder(scaled, scaled, 0, 0, missing / 2, missing - missing / 2, cv::BORDER_REFLECT);
  }
  const cv::Mat cut = scaled.colRange((scaled.cols - width) / 2, (scaled.cols - width) / 2 + width);
  Image fitted{width, height, std::vector<std::uint8_t>(std::size_t(width) * std::size_t(height) * 3)};
  cut.copyTo(view(fitted));
  return fitted;
}

double psnr(const Image& a, const Image& b) {
  if (a.width != b.width || a.height != b.height) {
    throw Error(ErrorKind::bad_input, "psnr", "the pictures have different sizes");
  }
  double sum = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) {
    const double difference = double(a.pixels[i]) - double(b.pixels[i]);
    sum += difference * difference;
  }
  if (sum == 0) return std::numeric_limits<double>::infinity();
  return 10.0 * std::log10(255.0 * 255.0 * static_cast<double>(a.pixels.size()) / sum);
}

}  // namespace equi::media
