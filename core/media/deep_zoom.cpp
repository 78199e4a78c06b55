#include <algorithm>
#include <cerrno>
#include <fstream>
#include <memory>

#include <fmt/format.h>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "core/base/error.h"
#include "core/media/exporters.h"
#include "core/media/pending_file.h"

// The pyramid of the Deep Zoom format: level L is the picture itself, each level below it half as large
// (sides rounded up), down to one pixel on level 0. A tile shows kTile pixels and kOverlap more on each inner
// side.
namespace equi::media {
namespace {

constexpr int kTile = 256;
constexpr int kOverlap = 1;
constexpr int kBlockWidth = 4 * kTile;

int level_count(std::int64_t width, std::int64_t height) {
  int levels = 1;
  for (std::int64_t side = std::max(width, height); side > 1; side = (side + 1) / 2) ++levels;
  return levels;
}

class TileWriter {
 public:
  TileWriter(std::filesystem::path folder, const ExportOptions& options)
      : folder_(std::move(folder)), png_(options.png_tiles) {
    parameters_ = png_ ? std::vector<int>{cv::IMWRITE_PNG_COMPRESSION, options.effort}
                       : std::vector<int>{cv::IMWRITE_JPEG_QUALITY, options.quality};
  }
  std::string ending() const { return png_ ? "png" : "jpg"; }
  void make_level(int level) const {
    std::error_code failure;
    std::filesystem::create_directories(folder_ / std::to_string(level), failure);
    if (failure) throw_io(folder_, failure.value());
  }
  void write(int level, std::int64_t column, std::int64_t row, const cv::Mat& bgr) const {
    std::vector<std::uint8_t> bytes;
    if (!cv::imencode(png_ ? ".png" : ".jpg", bgr, bytes, parameters_)) {
      throw Error(ErrorKind::internal, folder_.string(), "a tile cannot be encoded");
    }
    const auto path = folder_ / std::to_string(level) / fmt::format("{}_{}.{}", column, row, ending());
    errno = 0;
    std::ofstream out(path, std::ios::binary);
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    out.flush();
    if (!out) throw_io(path, errno != 0 ? errno : EIO);
  }

 private:
  std::filesystem::path folder_;
  bool png_;
  std::vector<int> parameters_;
};

// One level of the pyramid, fed from left to right: writes its tiles as soon as their pixels are there and
// passes pairs of columns, halved, to the level below.
class Level {
 public:
  Level(int number, std::int64_t width, int height, const TileWriter& tiles)
      : number_(number), width_(width), height_(height), tiles_(&tiles) {
    tiles.make_level(number);
    if (number > 0) below_ = std::make_unique<Level>(number - 1, (width + 1) / 2, (height + 1) / 2, tiles);
  }

  void feed(const cv::Mat& bgr) {
    pending_ = pending_.empty() ? bgr.clone() : joined(pending_, bgr);
    const std::int64_t end = first_ + pending_.cols;
    while (tile_ * kTile < width_ && end >= std::min(width_, (tile_ + 1) * kTile + kOverlap)) write_tiles();
    if (below_) feed_below(end == width_);
    drop_used();
  }

 private:
  static cv::Mat joined(const cv::Mat& a, const cv::Mat& b) {
    cv::Mat both;
    cv::hconcat(a, b, both);
    return both;
  }

  cv::Mat columns(std::int64_t begin, std::int64_t end) const {
    return pending_.colRange(static_cast<int>(begin - first_), static_cast<int>(end - first_));
  }

  void write_tiles() {
    const std::int64_t begin = std::max<std::int64_t>(0, tile_ * kTile - kOverlap);
    const cv::Mat strip = columns(begin, std::min(width_, (tile_ + 1) * kTile + kOverlap));
    for (int row = 0; row * kTile < height_; ++row) {
      const int top = std::max(0, row * kTile - kOverlap);
      tiles_->write(number_, tile_, row,
                    strip.rowRange(top, std::min(height_, (row + 1) * kTile + kOverlap)));
    }
    ++tile_;
  }

  // Whole pairs; an odd last column stands for two.
  void feed_below(bool last) {
    const std::int64_t available = first_ + pending_.cols - halved_;
    if (available < 2 && !(last && available == 1)) return;
    const std::int64_t count = last ? available : available / 2 * 2;
    cv::Mat piece = columns(halved_, halved_ + count);
    if (count % 2 != 0 || height_ % 2 != 0) {
      cv::Mat even;
      cv::copyMakeBorder(piece, even, 0, height_ % 2, 0, static_cast<int>(count % 2), cv::BORDER_REPLICATE);
      piece = even;
    }
    cv::Mat half;
    cv::resize(piece, half, {piece.cols / 2, piece.rows / 2}, 0, 0, cv::INTER_AREA);
    halved_ += count;
    below_->feed(half);
  }

  void drop_used() {
    std::int64_t keep = std::min(width_, std::max<std::int64_t>(0, tile_ * kTile - kOverlap));
    if (below_) keep = std::min(keep, halved_);
    if (keep <= first_) return;
    const auto used = std::min<std::int64_t>(keep - first_, pending_.cols);
    pending_ = pending_.colRange(static_cast<int>(used), pending_.cols).clone();
    first_ += used;
  }

  int number_;
  std::int64_t width_;
  int height_;
  const TileWriter* tiles_;
  std::unique_ptr<Level> below_;
  cv::Mat pending_;  // columns [first_, first_ + pending_.cols)
  std::int64_t first_ = 0;
  std::int64_t tile_ = 0;    // the next column of tiles
  std::int64_t halved_ = 0;  // columns before it have gone to the level below
};

}  // namespace

std::string write_deep_zoom(const std::filesystem::path& tiles, const StripSource& source,
                            const ExportOptions& options, const ExportControl& control) {
  const TileWriter writer(tiles, options);
  Level top(level_count(source.width, source.height) - 1, source.width, source.height, writer);
  for_each_block(source, kBlockWidth, control, [&](const Block& block) {
    const cv::Mat rgb(source.height, block.width, CV_8UC3, const_cast<std::uint8_t*>(block.pixels.data()));
    cv::Mat bgr;
    cv::cvtColor(rgb, bgr, cv::COLOR_RGB2BGR);
    top.feed(bgr);
    control.report(block.x + block.width, source.width);
  });
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<Image xmlns=\"http://schemas.microsoft.com/deepzoom/2008\" Format=\"{}\" Overlap=\"{}\""
      " TileSize=\"{}\">\n  <Size Width=\"{}\" Height=\"{}\"/>\n</Image>\n",
      writer.ending(), kOverlap, kTile, source.width, source.height);
}

}  // namespace equi::media
