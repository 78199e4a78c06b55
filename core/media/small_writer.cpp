#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "core/base/error.h"
#include "core/media/exporters.h"
#include "core/media/metadata.h"
#include "core/media/pending_file.h"

// JPEG and WebP: their width has a limit, so the picture is encoded in memory.
namespace equi::media {
namespace {

constexpr int kBlockWidth = 1024;
constexpr int kLosslessQuality = 101;  // OpenCV's way to say so

cv::Mat collect(const StripSource& source, const ExportControl& control) {
  cv::Mat picture(source.height, static_cast<int>(source.width), CV_8UC3);
  for_each_block(source, kBlockWidth, control, [&](const Block& block) {
    const cv::Mat rgb(source.height, block.width, CV_8UC3, const_cast<std::uint8_t*>(block.pixels.data()));
    const auto from = static_cast<int>(block.x);
    cv::cvtColor(rgb, picture.colRange(from, from + block.width), cv::COLOR_RGB2BGR);
    control.report(block.x + block.width, source.width);
  });
  return picture;
}

}  // namespace

void write_small(const std::filesystem::path& path, const StripSource& source, const ExportOptions& options,
                 const std::string& record, const ExportControl& control) {
  const cv::Mat picture = collect(source, control);
  const bool jpeg = options.format == Format::jpeg;
  const std::vector<int> parameters =
      jpeg
          ? std::vector<int>{cv::IMWRITE_JPEG_QUALITY, options.quality, cv::IMWRITE_JPEG_OPTIMIZE, 1}
          : std::vector<int>{cv::IMWRITE_WEBP_QUALITY, options.lossless ? kLosslessQuality : options.quality};
  std::vector<std::uint8_t> bytes;
  control.check();
  try {
    if (!cv::imencode(ending(options.format), picture, bytes, parameters)) bytes.clear();
  } catch (const cv::Exception& failure) {
    throw Error(ErrorKind::internal, path.string(), "cannot be encoded: " + failure.err);
  }
  if (bytes.empty()) throw Error(ErrorKind::internal, path.string(), "cannot be encoded");
  if (!record.empty()) {
    const auto packet = make_xmp(record);
    bytes =
        jpeg ? add_xmp_to_jpeg(bytes, packet) : add_xmp_to_webp(bytes, packet, picture.cols, picture.rows);
  }
  control.check();
  errno = 0;
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  out.flush();
  if (!out) throw_io(path, errno != 0 ? errno : EIO);
}

}  // namespace equi::media
