#include <cmath>

#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>

#include "core/base/error.h"
#include "core/media/animation.h"

// MP4 through OpenCV's FFmpeg. Its encoders want even sizes: an odd edge is repeated once.
namespace equi::media {
namespace {

class Mp4Sink final : public FrameSink {
 public:
  Mp4Sink(std::filesystem::path path, double fps) : path_(std::move(path)), fps_(fps) {}

  void add(const Image& frame, double seconds) override {
    const cv::Mat rgb(frame.height, frame.width, CV_8UC3, const_cast<std::uint8_t*>(frame.pixels.data()));
    cv::Mat bgr;
    cv::cvtColor(rgb, bgr, cv::COLOR_RGB2BGR);
    cv::copyMakeBorder(bgr, bgr, 0, frame.height % 2, 0, frame.width % 2, cv::BORDER_REPLICATE);
    if (!writer_.isOpened()) open(bgr.size());
    const auto copies = std::max(1L, std::lround(seconds * fps_));
    for (long i = 0; i < copies; ++i) writer_.write(bgr);
    frames_ += copies;
  }

  // The writer tells nothing about a full disk: the file is opened again.
  void finish() override {
    writer_.release();
    cv::VideoCapture video(path_.string(), cv::CAP_FFMPEG);
    const double count = video.isOpened() ? video.get(cv::CAP_PROP_FRAME_COUNT) : 0;
    if (std::abs(count - double(frames_)) > 1) {
      throw Error(ErrorKind::io, path_.string(), "the video was not written to its end", "is the disk full?");
    }
  }

 private:
  void open(cv::Size size) {
    for (const auto* codec : {"avc1", "mp4v"}) {
      const int code = cv::VideoWriter::fourcc(codec[0], codec[1], codec[2], codec[3]);
      if (writer_.open(path_.string(), cv::CAP_FFMPEG, code, fps_, size)) return;
    }
    throw Error(ErrorKind::unsupported, path_.string(), "this OpenCV has no MP4 encoder for these frames",
                "use .gif, or a smaller picture");
  }

  std::filesystem::path path_;
  double fps_;
  cv::VideoWriter writer_;
  long frames_ = 0;
};

}  // namespace

std::unique_ptr<FrameSink> make_mp4_sink(const std::filesystem::path& path, double fps) {
  return std::make_unique<Mp4Sink>(path, fps);
}

}  // namespace equi::media
