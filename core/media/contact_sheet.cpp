#include "core/media/contact_sheet.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include <fmt/format.h>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "core/base/error.h"
#include "core/media/export.h"

namespace equi::media {
namespace {

constexpr int kThumbnailQuality = 88, kSheetQuality = 92;
constexpr int kMargin = 24, kGap = 14, kCaption = 26;
constexpr int kColumns = 2;
constexpr double kFontScale = 0.42;
const cv::Scalar kPaper(250, 250, 250), kInk(60, 60, 60), kEmpty(225, 225, 225);

// The Hershey fonts know ASCII alone.
std::string plain(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f) out += c;
    if (byte >= 0xc0) out += '?';  // the first byte of a character
  }
  return out;
}

cv::Mat thumbnail_of(const SheetEntry& entry) {
  if (entry.thumbnail.empty()) return cv::Mat(kThumbnailHeight, kThumbnailWidth, CV_8UC3, kEmpty);
  cv::Mat bgr = cv::imdecode(entry.thumbnail, cv::IMREAD_COLOR);
  if (bgr.empty()) return cv::Mat(kThumbnailHeight, kThumbnailWidth, CV_8UC3, kEmpty);
  if (bgr.rows != kThumbnailHeight || bgr.cols > kThumbnailWidth) {
    cv::resize(bgr, bgr, {std::min(bgr.cols, kThumbnailWidth), kThumbnailHeight}, 0, 0, cv::INTER_AREA);
  }
  return bgr;
}

cv::Mat draw(const std::vector<SheetEntry>& entries, std::size_t first, std::size_t count) {
  const int rows = static_cast<int>((count + kColumns - 1) / kColumns);
  const int columns = std::min<int>(kColumns, static_cast<int>(count));
  const int step_x = kThumbnailWidth + kMargin, step_y = kThumbnailHeight + kCaption + kGap;
  cv::Mat sheet(2 * kMargin + rows * step_y - kGap, kMargin + columns * step_x, CV_8UC3, kPaper);
  for (std::size_t i = 0; i < count; ++i) {
    const auto& entry = entries[first + i];
    const int x = kMargin + static_cast<int>(i % kColumns) * step_x;
    const int y = kMargin + static_cast<int>(i / kColumns) * step_y;
    const cv::Mat picture = thumbnail_of(entry);
    picture.copyTo(sheet(cv::Rect(x, y, picture.cols, picture.rows)));
    cv::putText(sheet, plain(entry.caption), {x, y + kThumbnailHeight + kCaption - 10},
                cv::FONT_HERSHEY_SIMPLEX, kFontScale, kInk, 1, cv::LINE_AA);
  }
  return sheet;
}

StripSource source_of(const cv::Mat& bgr) {
  return {bgr.rows, bgr.cols, [&bgr](std::int64_t x, int width, std::span<std::uint8_t> rgb) {
            cv::Mat out(bgr.rows, width, CV_8UC3, rgb.data());
            cv::cvtColor(bgr.colRange(static_cast<int>(x), static_cast<int>(x) + width), out,
                         cv::COLOR_BGR2RGB);
          }};
}

}  // namespace

StripSource ThumbnailMaker::watch(const StripSource& source) {
  const double shown = double{kThumbnailWidth} * source.height / kThumbnailHeight;
  picture_ = {
      static_cast<int>(std::min(static_cast<double>(source.width), std::ceil(shown))), source.height, {}};
  picture_.pixels.assign(std::size_t(picture_.width) * std::size_t(picture_.height) * 3, 0);
  filled_ = 0;
  return {source.height, source.width,
          [this, read = source.read](std::int64_t x, int width, std::span<std::uint8_t> rgb) {
            read(x, width, rgb);
            take(x, width, rgb);
          }};
}

void ThumbnailMaker::take(std::int64_t x, int width, std::span<const std::uint8_t> rgb) {
  if (x >= picture_.width) return;
  const int from = static_cast<int>(x), count = std::min(width, picture_.width - from);
  for (int y = 0; y < picture_.height; ++y) {
    std::memcpy(picture_.row(y) + std::size_t(from) * 3, rgb.data() + std::size_t(y) * std::size_t(width) * 3,
                std::size_t(count) * 3);
  }
  filled_ = std::max(filled_, from + count);
}

std::vector<std::uint8_t> ThumbnailMaker::jpeg() const {
  if (filled_ == 0) return {};
  const cv::Mat rgb(picture_.height, picture_.width, CV_8UC3,
                    const_cast<std::uint8_t*>(picture_.pixels.data()));
  cv::Mat bgr, small;
  cv::cvtColor(rgb.colRange(0, filled_), bgr, cv::COLOR_RGB2BGR);
  const double scale = double{kThumbnailHeight} / picture_.height;
  const int width = std::clamp(static_cast<int>(std::lround(filled_ * scale)), 1, kThumbnailWidth);
  cv::resize(bgr, small, {width, kThumbnailHeight}, 0, 0, cv::INTER_AREA);
  std::vector<std::uint8_t> bytes;
  cv::imencode(".jpg", small, bytes, {cv::IMWRITE_JPEG_QUALITY, kThumbnailQuality});
  return bytes;
}

Image decode_jpeg(std::span<const std::uint8_t> bytes, const std::string& where) {
  cv::Mat bgr;
  if (!bytes.empty()) {
    const cv::Mat raw(1, static_cast<int>(bytes.size()), CV_8U, const_cast<std::uint8_t*>(bytes.data()));
    bgr = cv::imdecode(raw, cv::IMREAD_COLOR);
  }
  if (bgr.empty()) throw Error(ErrorKind::bad_input, where, "is no JPEG picture");
  Image image{bgr.cols, bgr.rows, std::vector<std::uint8_t>(bgr.total() * 3)};
  cv::Mat rgb(bgr.rows, bgr.cols, CV_8UC3, image.pixels.data());
  cv::cvtColor(bgr, rgb, cv::COLOR_BGR2RGB);
  return image;
}

std::vector<std::filesystem::path> write_contact_sheets(const std::filesystem::path& folder,
                                                        const std::string& name,
                                                        const std::vector<SheetEntry>& entries) {
  ExportOptions options;
  options.format = Format::jpeg;
  options.quality = kSheetQuality;
  std::vector<std::filesystem::path> files;
  for (std::size_t first = 0; first < entries.size(); first += kSheetEntries) {
    const bool single = entries.size() <= kSheetEntries;
    files.push_back(folder / (single ? fmt::format("{}.jpg", name)
                                     : fmt::format("{}-{}.jpg", name, first / kSheetEntries + 1)));
    const cv::Mat sheet = draw(entries, first, std::min(kSheetEntries, entries.size() - first));
    export_picture(source_of(sheet), files.back(), options);
  }
  return files;
}

}  // namespace equi::media
