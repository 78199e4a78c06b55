#include "core/media/animation.h"

#include <fstream>

#include <gif_lib.h>
#include <gtest/gtest.h>
#include <opencv2/videoio.hpp>
#include <sys/stat.h>

#include "core/base/error.h"
#include "tests/support/temp_folder.h"

namespace equi::media {
namespace {

// A grey ramp, 60 x 40, of which a red square covers the columns from x on.
Image frame(int x) {
  Image image{60, 40, std::vector<std::uint8_t>(60 * 40 * 3)};
  for (int row = 0; row < 40; ++row) {
    for (int column = 0; column < 60; ++column) {
      const bool red = column >= x && column < x + 10 && row >= 10 && row < 20;
      std::uint8_t* pixel = image.row(row) + std::ptrdiff_t{3} * column;
      for (int c = 0; c < 3; ++c) pixel[c] = static_cast<std::uint8_t>(4 * column);
      if (red) pixel[0] = 255, pixel[1] = pixel[2] = 0;
    }
  }
  return image;
}

void write(const std::filesystem::path& path, const std::vector<int>& places) {
  AnimationWriter writer(path, 10);
  for (const int x : places) writer.add(frame(x));
  writer.finish(1.0);
}

double largest_error(const Image& a, const Image& b) {
  double error = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i)
    error = std::max(error, std::abs(double(a.pixels[i]) - double(b.pixels[i])));
  return error;
}

// Every frame of a GIF as it is seen, and how long it stays, in hundredths of a second.
struct SeenFrame {
  Image image;
  int delay = 0;
};
std::vector<SeenFrame> read_gif(const std::filesystem::path& path) {
  int code = 0;
  GifFileType* file = DGifOpenFileName(path.c_str(), &code);
  if (file == nullptr || DGifSlurp(file) == GIF_ERROR) throw std::runtime_error("not a GIF");
  std::vector<SeenFrame> frames;
  Image canvas{file->SWidth, file->SHeight, {}};
  canvas.pixels.resize(std::size_t(canvas.width) * std::size_t(canvas.height) * 3);
  for (int i = 0; i < file->ImageCount; ++i) {
    const SavedImage& saved = file->SavedImages[i];
    GraphicsControlBlock control{};
    DGifSavedExtensionToGCB(file, i, &control);
    const auto& d = saved.ImageDesc;
    for (int y = 0; y < d.Height; ++y) {
      for (int x = 0; x < d.Width; ++x) {
        const int index = saved.RasterBits[y * d.Width + x];
        if (index == control.TransparentColor) continue;
        const GifColorType& colour = d.ColorMap->Colors[index];
        std::uint8_t* pixel = canvas.row(d.Top + y) + std::ptrdiff_t{3} * (d.Left + x);
        pixel[0] = colour.Red, pixel[1] = colour.Green, pixel[2] = colour.Blue;
      }
    }
    frames.push_back({canvas, control.DelayTime});
  }
  DGifCloseFile(file, &code);
  return frames;
}

TEST(Animation, FilesHaveThePermissionsThatTheUmaskLeaves) {
  const testing::TempFolder folder;
  const auto before = umask(027);
  write(folder / "a.gif", {0, 10});
  write(folder / "a.mp4", {0, 10});
  umask(before);
  for (const char* name : {"a.gif", "a.mp4"})
    EXPECT_EQ(std::filesystem::status(folder / name).permissions(), static_cast<std::filesystem::perms>(0640))
        << name;
}

TEST(Animation, AGifShowsItsFrames) {
  const testing::TempFolder folder;
  write(folder / "a.gif", {5, 20, 20, 45});
  const auto frames = read_gif(folder / "a.gif");
  ASSERT_EQ(frames.size(), 4U);
  EXPECT_LE(largest_error(frames[0].image, frame(5)), 8) << "5 bits a channel";
  EXPECT_LE(largest_error(frames[1].image, frame(20)), 8);
  EXPECT_LE(largest_error(frames[2].image, frame(20)), 8) << "nothing changed";
  EXPECT_LE(largest_error(frames[3].image, frame(45)), 8);
  EXPECT_EQ(frames[0].delay, 10);
  EXPECT_EQ(frames[3].delay, 100) << "the last one stays";
}

TEST(Animation, AnMp4HasItsFrames) {
  const testing::TempFolder folder;
  write(folder / "a.mp4", {5, 20, 45});
  cv::VideoCapture video((folder / "a.mp4").string(), cv::CAP_FFMPEG);
  ASSERT_TRUE(video.isOpened());
  EXPECT_EQ(video.get(cv::CAP_PROP_FRAME_COUNT), 2 + 10);
  EXPECT_EQ(video.get(cv::CAP_PROP_FRAME_WIDTH), 60);
  cv::Mat first;
  ASSERT_TRUE(video.read(first));
  const auto red = first.at<cv::Vec3b>(15, 10);
  EXPECT_GT(red[2], 200);
  EXPECT_LT(red[0], 60);
}

TEST(Animation, AStripHasTheFramesBelowEachOther) {
  const testing::TempFolder folder;
  write(folder / "strip.png", {5, 45});
  const auto strip = read_image(folder / "strip.png");
  EXPECT_EQ(strip.width, 60);
  EXPECT_EQ(strip.height, 2 * 40 + 4);
  EXPECT_EQ(strip.row(44)[0], frame(45).row(0)[0]);
  EXPECT_EQ(strip.row(42)[0], 255) << "the gap is white";
}

TEST(Animation, NothingRemainsOfAnUnfinishedOne) {
  const testing::TempFolder folder;
  for (const auto* name : {"a.gif", "a.mp4", "a.png"}) {
    AnimationWriter writer(folder / name, 10);
    writer.add(frame(5));
    writer.add(frame(6));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Animation, RefusesWhatItCannotWrite) {
  const testing::TempFolder folder;
  EXPECT_THROW(AnimationWriter(folder / "a.avi", 10), Error);
  EXPECT_THROW(AnimationWriter(folder / "absent" / "a.gif", 10), Error);
  EXPECT_THROW(AnimationWriter(folder / "a.gif", 0), Error);
  EXPECT_THROW(AnimationWriter(folder / "a.gif", 1000), Error);
  AnimationWriter empty(folder / "a.gif", 10);
  EXPECT_THROW(empty.finish(), Error);
  AnimationWriter writer(folder / "b.gif", 10);
  writer.add(frame(5));
  EXPECT_THROW(writer.add(Image{2, 2, std::vector<std::uint8_t>(12)}), Error);
}

}  // namespace
}  // namespace equi::media
