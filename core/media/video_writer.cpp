#include <algorithm>
#include <cmath>
#include <list>
#include <vector>

#include <fcntl.h>
#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>
#include <unistd.h>

#include "core/base/error.h"
#include "core/media/exporters.h"
#include "core/media/scroll_path.h"

namespace equi::media {
namespace {

constexpr int kBlockWidth = 512;
constexpr int kMargin = 3;  // picture pixels beside the view, for the filters

// The few blocks that the view lies over, as BGR.
class BlockCache {
 public:
  BlockCache(const StripSource& source, double view_width)
      : source_(source), capacity_(static_cast<std::size_t>(view_width / kBlockWidth) + 3) {}

  // Columns [x, x + width) into out; x may be negative or beyond the end: then the picture repeats.
  void copy(std::int64_t x, cv::Mat& out) {
    for (int done = 0; done < out.cols;) {
      const std::int64_t at = ((x + done) % source_.width + source_.width) % source_.width;
      const cv::Mat& block = find(at / kBlockWidth);
      const int from = static_cast<int>(at % kBlockWidth);
      const int count = std::min(out.cols - done, block.cols - from);
      block.colRange(from, from + count).copyTo(out.colRange(done, done + count));
      done += count;
    }
  }

 private:
  struct Entry {
    std::int64_t number = 0;
    cv::Mat bgr;
  };

  const cv::Mat& find(std::int64_t number) {
    const auto known = std::ranges::find(blocks_, number, &Entry::number);
    if (known != blocks_.end()) {
      blocks_.splice(blocks_.begin(), blocks_, known);
    } else {
      blocks_.push_front({number, load(number)});
      if (blocks_.size() > capacity_) blocks_.pop_back();
    }
    return blocks_.front().bgr;
  }

  cv::Mat load(std::int64_t number) {
    const std::int64_t x = number * kBlockWidth;
    const int width = static_cast<int>(std::min<std::int64_t>(kBlockWidth, source_.width - x));
    buffer_.resize(std::size_t(width) * std::size_t(source_.height) * 3);
    source_.read(x, width, buffer_);
    cv::Mat bgr;
    cv::cvtColor(cv::Mat(source_.height, width, CV_8UC3, buffer_.data()), bgr, cv::COLOR_RGB2BGR);
    return bgr;
  }

  const StripSource& source_;
  std::size_t capacity_;
  std::list<Entry> blocks_;  // the most recently used first
  std::vector<std::uint8_t> buffer_;
};

// What the view shows at a place between pixels: scaled to the video's height, then moved by less than a
// pixel.
class Camera {
 public:
  Camera(const StripSource& source, const ScrollOptions& options, const ScrollPath& path)
      : blocks_(source, path.view_width()), size_(options.width, options.height) {
    const int width = static_cast<int>(std::ceil(path.view_width())) + 2 * kMargin + 1;
    strip_.create(source.height, width, CV_8UC3);
    scaled_width_ = static_cast<int>(std::lround(width * path.scale()));
    scale_ = static_cast<double>(scaled_width_) / width;
    filter_ = path.scale() < 1 ? cv::INTER_AREA : cv::INTER_CUBIC;
    ring_ = options.loop == ScrollOptions::Loop::ring;
    last_ = source.width - width;
  }

  const cv::Mat& frame(double left_edge) {
    std::int64_t x = static_cast<std::int64_t>(std::floor(left_edge)) - kMargin;
    if (!ring_) x = std::clamp<std::int64_t>(x, 0, std::max<std::int64_t>(0, last_));
    blocks_.copy(x, strip_);
    cv::Mat scaled = strip_;
    if (size_.height != strip_.rows) cv::resize(strip_, scaled, {scaled_width_, size_.height}, 0, 0, filter_);
    const double left = (left_edge - static_cast<double>(x)) * scale_;
    const cv::Point2f centre(static_cast<float>(left + (size_.width - 1) / 2.0),
                             static_cast<float>((size_.height - 1) / 2.0));
    cv::getRectSubPix(scaled, size_, centre, frame_);
    return frame_;
  }

 private:
  BlockCache blocks_;
  cv::Size size_;
  cv::Mat strip_, frame_;
  int scaled_width_ = 0;
  double scale_ = 1;
  int filter_ = 0;
  bool ring_ = false;
  std::int64_t last_ = 0;
};

// OpenCV prints a line about the tags of WebM, which has none, straight to standard error.
class QuietStandardError {
 public:
  QuietStandardError() : kept_(dup(STDERR_FILENO)) {
    const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (kept_ >= 0 && nowhere >= 0) dup2(nowhere, STDERR_FILENO);
    if (nowhere >= 0) close(nowhere);
  }
  QuietStandardError(const QuietStandardError&) = delete;
  QuietStandardError& operator=(const QuietStandardError&) = delete;
  ~QuietStandardError() {
    if (kept_ < 0) return;
    dup2(kept_, STDERR_FILENO);
    close(kept_);
  }

 private:
  int kept_;
};

cv::VideoWriter open_writer(const std::filesystem::path& path, Format format, const ScrollOptions& options) {
  // H.264 and VP9; the older codecs where FFmpeg was built without them.
  const std::vector<std::string> codecs = format == Format::mp4 ? std::vector<std::string>{"avc1", "mp4v"}
                                                                : std::vector<std::string>{"VP90", "VP80"};
  const QuietStandardError quiet;
  cv::VideoWriter writer;
  for (const auto& c : codecs) {
    if (writer.open(path.string(), cv::CAP_FFMPEG, cv::VideoWriter::fourcc(c[0], c[1], c[2], c[3]),
                    options.frames_per_second, {options.width, options.height})) {
      return writer;
    }
  }
  throw Error(ErrorKind::unsupported, path.string(),
              "this computer's FFmpeg cannot write " + name(format) + ", or the file cannot be made");
}

// VideoWriter tells nothing about a full disk: the file is opened again.
void require_complete(const std::filesystem::path& path, std::int64_t frames) {
  cv::VideoCapture video(path.string(), cv::CAP_FFMPEG);
  const double count = video.isOpened() ? video.get(cv::CAP_PROP_FRAME_COUNT) : 0;
  if (std::abs(count - static_cast<double>(frames)) > 1.0) {
    throw Error(ErrorKind::io, path.string(), "the video was not written to its end", "is the disk full?");
  }
}

}  // namespace

void write_video(const std::filesystem::path& path, const StripSource& source, const ExportOptions& options,
                 const ExportControl& control) {
  const ScrollPath way(options.scroll, source.width, source.height);
  Camera camera(source, options.scroll, way);
  cv::VideoWriter writer = open_writer(path, options.format, options.scroll);
  for (std::int64_t i = 0; i < way.frames(); ++i) {
    control.check();
    writer.write(camera.frame(way.left_edge(i)));
    control.report(i + 1, way.frames());
  }
  writer.release();
  require_complete(path, way.frames());
}

}  // namespace equi::media
