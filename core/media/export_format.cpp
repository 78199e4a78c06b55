#include "core/media/export_format.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/media/metadata.h"

namespace equi::media {
namespace {

constexpr std::int64_t kJpegLimit = 65500;       // libjpeg's; the format itself ends at 65,535
constexpr std::int64_t kWebpLimit = 16383;       // 14 bits
constexpr std::int64_t kPngLimit = 2147483647;   // 31 bits
constexpr std::int64_t kTiffLimit = 4294967295;  // 32 bits
constexpr std::int64_t kDeepZoomLimit = std::int64_t{1} << 40;
constexpr std::int64_t kMaxParts = 100000;
constexpr double kClassicTiffBytes = 4.0e9;  // with room for its directory

struct FormatFacts {
  Format format;
  const char* name;
  std::vector<const char*> endings;  // the usual one first
  std::int64_t limit;
};

const std::vector<FormatFacts>& facts() {
  static const std::vector<FormatFacts> all = {
      {Format::png, "PNG", {".png"}, kPngLimit},
      {Format::jpeg, "JPEG", {".jpg", ".jpeg"}, kJpegLimit},
      {Format::webp, "WebP", {".webp"}, kWebpLimit},
      {Format::tiff, "TIFF", {".tif", ".tiff"}, kTiffLimit},
      {Format::deep_zoom, "deep zoom", {".dzi"}, kDeepZoomLimit},
      {Format::mp4, "MP4", {".mp4"}, std::numeric_limits<std::int64_t>::max()},
      {Format::webm, "WebM", {".webm"}, std::numeric_limits<std::int64_t>::max()}};
  return all;
}

const FormatFacts& of(Format format) {
  return *std::ranges::find(facts(), format, &FormatFacts::format);
}

std::string grouped(std::int64_t number) {
  std::string text = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3) {
    text.insert(static_cast<std::size_t>(at), 1, ',');
  }
  return text;
}

void check_range(const char* what, int value, int first, int last) {
  if (value >= first && value <= last) return;
  throw Error(ErrorKind::bad_input, what, fmt::format("{} is not within {} to {}", value, first, last));
}

}  // namespace

Format parse_format(const std::string& text) {
  std::string lower = text.starts_with('.') ? text : fmt::format(".{}", text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  for (const auto& each : facts()) {
    if (std::ranges::any_of(each.endings, [&](const char* e) { return lower == e; })) return each.format;
  }
  throw Error(ErrorKind::bad_input, "format", fmt::format("'{}' is unknown", printable(text)),
              "use .png, .jpg, .webp, .tif, .dzi, .mp4 or .webm");
}

std::string ending(Format format) {
  return of(format).endings.front();
}

std::string name(Format format) {
  return of(format).name;
}

std::string name(TiffCompression compression) {
  switch (compression) {
    case TiffCompression::none:
      return "none";
    case TiffCompression::lzw:
      return "lzw";
    case TiffCompression::deflate:
      break;
  }
  return "deflate";
}

TiffCompression parse_compression(const std::string& text) {
  for (const auto each : {TiffCompression::none, TiffCompression::lzw, TiffCompression::deflate}) {
    if (text == name(each)) return each;
  }
  throw Error(ErrorKind::bad_input, "compression", fmt::format("'{}' is unknown", printable(text)),
              "none, lzw or deflate");
}

bool is_video(Format format) {
  return format == Format::mp4 || format == Format::webm;
}

bool carries_metadata(Format format) {
  return !is_video(format) && format != Format::deep_zoom;
}

std::size_t record_limit(Format format) {
  return format == Format::jpeg ? kMaxJpegRecordBytes : kMaxRecordBytes;
}

std::int64_t size_limit(Format format) {
  return of(format).limit;
}

std::string limit_message(Format format, std::int64_t width, std::int64_t height) {
  const std::int64_t limit = size_limit(format);
  if (std::max(width, height) <= limit) return {};
  const std::string library = format == Format::jpeg
                                  ? "65,535 pixels in a row (the library that writes it: 65,500)"
                                  : grouped(limit) + " pixels in a row";
  return fmt::format("a {} file holds at most {}, and this picture has {}", name(format), library,
                     grouped(std::max(width, height)));
}

std::int64_t largest_part(Format format, std::int64_t column_pixels) {
  return size_limit(format) / column_pixels * column_pixels;
}

bool needs_big_tiff(std::int64_t width, std::int64_t height) {
  return static_cast<double>(width) * static_cast<double>(height) * 3 > kClassicTiffBytes;
}

void validate(const ExportOptions& options, std::int64_t width, int height) {
  check_range("quality", options.quality, 1, 100);
  check_range("effort", options.effort, 1, 9);
  if (width < 1 || height < 1) throw Error(ErrorKind::bad_input, "export", "the picture has no pixels");
  if (options.part_width < 0) throw Error(ErrorKind::bad_input, "part width", "is negative");
  if (is_video(options.format)) {
    const ScrollPath checked(options.scroll, width, height);
    return;
  }
  const std::int64_t part = options.part_width > 0 ? std::min(options.part_width, width) : width;
  if ((width + part - 1) / part > kMaxParts) {
    throw Error(ErrorKind::bad_input, "part width", fmt::format("gives more than {} files", kMaxParts));
  }
  if (const auto message = limit_message(options.format, part, height); !message.empty()) {
    const bool splitting_helps = height <= size_limit(options.format);
    throw Error(ErrorKind::bad_input, "export", message,
                splitting_helps ? "split it into numbered parts, or use PNG, TIFF or deep zoom"
                                : "use PNG, TIFF or deep zoom");
  }
}

std::vector<Part> plan_parts(const std::filesystem::path& target, std::int64_t width,
                             std::int64_t part_width) {
  if (part_width <= 0 || part_width >= width) return {{target, 0, width}};
  const std::int64_t count = (width + part_width - 1) / part_width;
  const auto digits = std::to_string(count).size();
  std::vector<Part> parts;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto file =
        fmt::format("{}-{:0{}}{}", target.stem().string(), i + 1, digits, target.extension().string());
    parts.push_back(
        {target.parent_path() / file, i * part_width, std::min(part_width, width - i * part_width)});
  }
  return parts;
}

double typical_bytes_per_pixel(const ExportOptions& options) {
  // Landscapes and the demo model's pictures; measured once, the dialog measures the picture at hand.
  const double q = options.quality / 100.0;
  switch (options.format) {
    case Format::png:
      return 1.6;
    case Format::jpeg:
      return 0.04 + 0.22 * q * q * q * q + 0.12 * q;
    case Format::webp:
      return options.lossless ? 1.2 : 0.02 + 0.15 * q * q * q * q + 0.06 * q;
    case Format::tiff:
      return options.compression == TiffCompression::none ? 3.0 : 1.8;
    case Format::deep_zoom:
      return (options.png_tiles ? 1.6 : 0.04 + 0.22 * q * q * q * q + 0.12 * q) * 4.0 / 3.0;
    case Format::mp4:
    case Format::webm:
      return 0.02;
  }
  return 3.0;
}

SizeEstimate estimate_size(const ExportOptions& options, std::int64_t width, int height,
                           double bytes_per_pixel) {
  const double each = bytes_per_pixel > 0 ? bytes_per_pixel : typical_bytes_per_pixel(options);
  SizeEstimate estimate;
  if (is_video(options.format)) {
    const ScrollPath path(options.scroll, width, height);
    estimate.seconds = path.seconds();
    estimate.files = 1;
    estimate.bytes = static_cast<std::uint64_t>(each * options.scroll.width * options.scroll.height *
                                                static_cast<double>(path.frames()));
    return estimate;
  }
  const double pixels = static_cast<double>(width) * height;
  estimate.bytes = static_cast<std::uint64_t>(each * pixels);
  const std::int64_t part = options.part_width > 0 ? std::min(options.part_width, width) : width;
  estimate.files = (width + part - 1) / part;
  if (options.format == Format::png) {
    estimate.temporary_bytes = std::uint64_t(part) * std::uint64_t(height) * 3;
  }
  if (options.format == Format::deep_zoom) estimate.files = 0;
  for (std::int64_t w = width, h = height; options.format == Format::deep_zoom;
       w = (w + 1) / 2, h = (h + 1) / 2) {
    estimate.files += ((w + 255) / 256) * ((h + 255) / 256);
    if (w <= 1 && h <= 1) {
      ++estimate.files;  // the descriptor
      break;
    }
  }
  return estimate;
}

}  // namespace equi::media
