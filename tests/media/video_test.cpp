// Scrolling videos, opened again with OpenCV and compared with the panorama.
#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>

#include "core/media/export.h"
#include "tests/media/pattern_source.h"
#include "tests/support/temp_folder.h"

namespace equi::media {
namespace {

using equi::testing::pattern_source;

constexpr int kHeight = 128, kView = 200;

ExportOptions video(Format format) {
  ExportOptions options;
  options.format = format;
  options.scroll.width = kView;
  options.scroll.height = kHeight;
  options.scroll.speed = 150;  // 5 pixels a frame
  options.scroll.ease_seconds = 0;
  return options;
}

// Mean absolute difference of a frame to the panorama from pixel column `x` on.
double difference(const cv::Mat& frame, std::int64_t x, std::int64_t picture_width) {
  double sum = 0;
  for (int y = 0; y < frame.rows; ++y) {
    for (int i = 0; i < frame.cols; ++i) {
      std::uint8_t rgb[3];
      equi::testing::pattern_pixel((x + i) % picture_width, y, rgb);
      const auto& bgr = frame.at<cv::Vec3b>(y, i);
      for (int c = 0; c < 3; ++c) sum += std::abs(int{rgb[c]} - int{bgr[2 - c]});
    }
  }
  return sum / (3.0 * static_cast<double>(frame.total()));
}

class Video : public ::testing::Test {
 protected:
  std::vector<cv::Mat> frames(const std::filesystem::path& path) {
    cv::VideoCapture capture(path.string(), cv::CAP_FFMPEG);
    EXPECT_TRUE(capture.isOpened());
    EXPECT_NEAR(capture.get(cv::CAP_PROP_FPS), 30, 0.1);
    std::vector<cv::Mat> all;
    for (cv::Mat frame; capture.read(frame);) all.push_back(frame.clone());
    return all;
  }
  testing::TempFolder folder_;
};

TEST_F(Video, FramesShowThePanoramaMovingPast) {
  for (const auto format : {Format::mp4, Format::webm}) {
    const auto target = folder_ / ("a" + ending(format));
    export_picture(pattern_source(500, kHeight), target, video(format));
    const auto all = frames(target);
    ASSERT_EQ(all.size(), 61U) << name(format);
    for (const std::int64_t i : {0, 13, 30, 60}) {
      const auto& frame = all[static_cast<std::size_t>(i)];
      ASSERT_EQ(frame.size(), cv::Size(kView, kHeight));
      EXPECT_LT(difference(frame, 5 * i, 500), 6.0) << name(format) << " frame " << i;
      EXPECT_GT(difference(frame, 5 * i + 40, 500), 12.0) << "the comparison can tell places apart";
    }
  }
}

TEST_F(Video, LeftwardsStartsAtTheRightEnd) {
  auto options = video(Format::mp4);
  options.scroll.leftwards = true;
  export_picture(pattern_source(500, kHeight), folder_ / "a.mp4", options);
  const auto all = frames(folder_ / "a.mp4");
  EXPECT_LT(difference(all.front(), 300, 500), 6.0);
  EXPECT_LT(difference(all.back(), 0, 500), 6.0);
}

TEST_F(Video, ARingGoesOnOverTheEnd) {
  auto options = video(Format::mp4);
  options.scroll.loop = ScrollOptions::Loop::ring;
  export_picture(pattern_source(500, kHeight), folder_ / "a.mp4", options);
  const auto all = frames(folder_ / "a.mp4");
  ASSERT_EQ(all.size(), 100U);
  EXPECT_LT(difference(all[80], 400, 500), 7.0) << "half of it shows the beginning again";
  EXPECT_LT(difference(all[99], 495, 500), 7.0);
}

TEST_F(Video, IsScaledToItsHeight) {
  auto options = video(Format::mp4);
  options.scroll.width = 320;
  options.scroll.height = 256;
  export_picture(pattern_source(500, kHeight), folder_ / "a.mp4", options);
  const auto first = frames(folder_ / "a.mp4").front();
  cv::Mat half;
  cv::resize(first, half, {160, 128}, 0, 0, cv::INTER_AREA);
  EXPECT_LT(difference(half, 0, 500), 6.0);
}

}  // namespace
}  // namespace equi::media
