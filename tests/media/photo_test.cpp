// Photos as people have them.
#include "core/media/photo.h"

#include <array>
#include <fstream>

#include <gtest/gtest.h>
#include <opencv2/imgcodecs.hpp>

#include "core/base/error.h"
#include "core/media/cut_short.h"
#include "tests/support/temp_folder.h"

namespace equi::media {
namespace {

constexpr int kHeight = 64, kColumn = 4;

using Colour = std::array<int, 3>;

Colour colour_at(const Image& image, int x, int y) {
  const auto* pixel = image.row(y) + x * 3;
  return {pixel[0], pixel[1], pixel[2]};
}

void expect_near(const Colour& found, const Colour& wanted, int within) {
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(found[i], wanted[i], within) << "channel " << i;
}

class Photo : public ::testing::Test {
 protected:
  Image read(const std::filesystem::path& path) { return read_photo(path, kHeight, kColumn); }
  std::filesystem::path write(const std::string& name, const cv::Mat& picture,
                              const std::vector<int>& options = {}) {
    std::vector<std::uint8_t> bytes;
    cv::imencode(std::filesystem::path(name).extension().string(), picture, bytes, options);
    return write_bytes(name, bytes);
  }
  std::filesystem::path write_bytes(const std::string& name, const std::vector<std::uint8_t>& bytes) {
    std::ofstream(folder_ / name, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    return folder_ / name;
  }
  testing::TempFolder folder_;
};

TEST_F(Photo, OfOnePixel) {
  const auto image = read(write("one.png", cv::Mat(1, 1, CV_8UC3, cv::Scalar(10, 20, 30))));
  EXPECT_EQ(image.width, kHeight);
  EXPECT_EQ(image.height, kHeight);
  EXPECT_EQ(colour_at(image, 63, 63), (Colour{30, 20, 10}));
}

TEST_F(Photo, OfOneColumnIsWidenedToTwo) {
  const auto image = read(write("thin.png", cv::Mat(640, 1, CV_8UC3, cv::Scalar(10, 20, 30))));
  EXPECT_EQ(image.width, 2 * kColumn);
  EXPECT_EQ(colour_at(image, 0, 0), (Colour{30, 20, 10}));
}

TEST_F(Photo, TooWideForItsHeightIsRefused) {
  const auto path = write("line.png", cv::Mat(1, 300000, CV_8UC3, cv::Scalar(1, 2, 3)));
  EXPECT_THROW(read(path), Error) << "19,200,000 pixels wide at this height";
}

TEST_F(Photo, WithSixteenBits) {
  const auto image =
      read(write("deep.png", cv::Mat(64, 64, CV_16UC3, cv::Scalar(257 * 10, 257 * 20, 65535))));
  EXPECT_EQ(colour_at(image, 5, 5), (Colour{255, 20, 10}));
}

TEST_F(Photo, InGrey) {
  const auto grey = read(write("grey.png", cv::Mat(64, 64, CV_8UC1, cv::Scalar(77))));
  EXPECT_EQ(colour_at(grey, 9, 9), (Colour{77, 77, 77}));
  const auto deep = read(write("deepgrey.png", cv::Mat(64, 64, CV_16UC1, cv::Scalar(257 * 33))));
  EXPECT_EQ(colour_at(deep, 9, 9), (Colour{33, 33, 33}));
  const auto jpeg = read(write("grey.jpg", cv::Mat(64, 64, CV_8UC1, cv::Scalar(77))));
  expect_near(colour_at(jpeg, 9, 9), {77, 77, 77}, 1);
}

TEST_F(Photo, WithAlphaLiesOnWhite) {
  cv::Mat picture(64, 64, CV_8UC4, cv::Scalar(0, 0, 200, 255));
  picture.colRange(32, 64).setTo(cv::Scalar(0, 0, 200, 0));
  const auto image = read(write("alpha.png", picture));
  EXPECT_EQ(colour_at(image, 3, 3), (Colour{200, 0, 0}));
  EXPECT_EQ(colour_at(image, 60, 3), (Colour{255, 255, 255}));
}

TEST_F(Photo, InCmyk) {
  const auto image = read(std::filesystem::path(EQUI_TEST_DATA) / "photos" / "cmyk_red.jpg");
  EXPECT_EQ(image.width, 2 * kHeight);
  expect_near(colour_at(image, 20, 20), {200, 40, 30}, 6);
}

// A JPEG whose left half is red, with an EXIF tag that says: turn it.
std::vector<std::uint8_t> turned_jpeg(std::uint8_t orientation, int width, int height) {
  cv::Mat picture(height, width, CV_8UC3, cv::Scalar(255, 0, 0));
  picture.colRange(0, width / 2).setTo(cv::Scalar(0, 0, 255));
  std::vector<std::uint8_t> bytes;
  cv::imencode(".jpg", picture, bytes);
  const std::vector<std::uint8_t> exif = {
      0xff, 0xe1, 0, 34, 'E', 'x', 'i', 'f', 0, 0, 'M', 'M',         0, 42, 0, 0, 0, 8,   // big-endian TIFF
      0,    1,    1, 18, 0,   3,   0,   0,   0, 1, 0,   orientation, 0, 0,  0, 0, 0, 0};  // one entry
  bytes.insert(bytes.begin() + 2, exif.begin(), exif.end());
  return bytes;
}

TEST_F(Photo, IsTurnedAsItsExifSays) {
  const auto upright = read(write_bytes("upright.jpg", turned_jpeg(1, 128, 64)));
  EXPECT_EQ(upright.width, 128);
  expect_near(colour_at(upright, 10, 30), {255, 0, 0}, 4);
  const auto clockwise = read(write_bytes("clockwise.jpg", turned_jpeg(6, 128, 64)));
  EXPECT_EQ(clockwise.width, 32);
  expect_near(colour_at(clockwise, 16, 5), {255, 0, 0}, 4);
  expect_near(colour_at(clockwise, 16, 58), {0, 0, 255}, 4);
  const auto upside_down = read(write_bytes("down.jpg", turned_jpeg(3, 128, 64)));
  expect_near(colour_at(upside_down, 120, 30), {255, 0, 0}, 4);
}

std::size_t peak_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stoull(line.substr(6)) << 10;
  }
  return 0;
}

// A grey JPEG of any size without ever holding its pixels: the header of a small one with other numbers, then
// for every block of 8 x 8 the six bits that say "as the one before".
std::vector<std::uint8_t> grey_jpeg(int width, int height) {
  std::vector<std::uint8_t> bytes;
  cv::imencode(".jpg", cv::Mat(8, 8, CV_8UC1, cv::Scalar(128)), bytes);
  std::size_t scan = 0;
  for (std::size_t at = 2; scan == 0;) {
    const std::size_t length = bytes[at + 2] * 256U + bytes[at + 3];
    if (bytes[at + 1] == 0xc0) {
      const int numbers[4] = {height >> 8, height & 255, width >> 8, width & 255};
      for (std::size_t i = 0; i < 4; ++i) bytes[at + 5 + i] = static_cast<std::uint8_t>(numbers[i]);
    }
    if (bytes[at + 1] == 0xda) scan = at + 2 + length;
    at += 2 + length;
  }
  bytes.resize(scan);
  const int blocks = ((width + 7) / 8) * ((height + 7) / 8);  // a multiple of 4 in this test
  for (int i = 0; i < blocks; i += 4) bytes.insert(bytes.end(), {0x28, 0xa2, 0x8a});
  bytes.insert(bytes.end(), {0xff, 0xd9});
  return bytes;
}

// 600 megapixels: the eighth that is decoded is 28 MB, the whole would be 1.8 GB.
TEST_F(Photo, OfSixHundredMegapixels) {
  const auto path = write_bytes("huge.jpg", grey_jpeg(30000, 20000));
  const std::size_t before = peak_memory();
  const auto image = read(path);
  EXPECT_EQ(image.height, kHeight);
  EXPECT_EQ(image.width, 96);
  EXPECT_EQ(colour_at(image, 50, 30), (Colour{128, 128, 128}));
  EXPECT_LT(peak_memory(), before + (std::size_t{300} << 20));
}

// A TIFF of one strip that is not there.
std::vector<std::uint8_t> tiff_header(std::uint32_t width, std::uint32_t height) {
  std::vector<std::uint8_t> bytes{'I', 'I', '*', 0, 8, 0, 0, 0, 8, 0};
  const auto add = [&bytes](std::uint32_t value, int count) {
    for (int i = 0; i < count; ++i) bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  };
  const std::array<std::array<std::uint32_t, 2>, 8> entries{{{256, width},
                                                             {257, height},
                                                             {258, 8},
                                                             {259, 1},
                                                             {262, 1},
                                                             {273, 200},
                                                             {278, height},
                                                             {279, width * height}}};
  for (const auto& [tag, value] : entries) {
    add(tag, 2);
    add(4, 2);  // the type: 32 bits
    add(1, 4);
    add(value, 4);
  }
  add(0, 4);
  return bytes;
}

std::vector<std::uint8_t> png_header(std::uint32_t width, std::uint32_t height) {
  std::vector<std::uint8_t> bytes;
  cv::imencode(".png", cv::Mat(1, 1, CV_8UC3), bytes);
  for (std::size_t i = 0; i < 4; ++i) {
    bytes[16 + i] = static_cast<std::uint8_t>(width >> (24 - 8 * i));
    bytes[20 + i] = static_cast<std::uint8_t>(height >> (24 - 8 * i));
  }
  return bytes;
}

// Refused by what it claims, before memory is taken for it.
TEST_F(Photo, OfMorePixelsThanAreReadAtOnceIsRefusedAndTheSizeIsSaid) {
  auto progressive = grey_jpeg(30000, 12000);
  for (std::size_t at = 2; progressive[at + 1] != 0xda;
       at += 2 + progressive[at + 2] * 256U + progressive[at + 3]) {
    if (progressive[at + 1] == 0xc0) progressive[at + 1] = 0xc2;
  }
  const std::filesystem::path files[] = {write_bytes("wide.png", png_header(30000, 12000)),
                                         write_bytes("wide.tif", tiff_header(30000, 12000)),
                                         write_bytes("progressive.jpg", progressive)};
  const std::size_t before = peak_memory();
  for (const auto& path : files) {
    try {
      read(path);
      ADD_FAILURE() << path;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::bad_input) << path;
      EXPECT_NE(error.message().find("30000 x 12000"), std::string::npos) << error.message();
      EXPECT_EQ(error.where(), path.string());
    }
  }
  EXPECT_LT(peak_memory(), before + (std::size_t{50} << 20));
}

// A gibibyte of zeros (a hole in the disk) is not read to find out that it is no picture.
// A format that OpenCV reads and nobody promised: its decoder is not for files of strangers.
TEST_F(Photo, OfAnotherFormatIsRefusedWhateverItsName) {
  const std::string text = "P3 2 1 255 1 2 3 4 5 6";
  const auto path = write_bytes("picture.png", {text.begin(), text.end()});
  EXPECT_THROW(read(path), Error);
}

TEST_F(Photo, AGibibyteOfZerosIsNoPicture) {
  const auto path = write_bytes("zeros.png", {0});
  std::filesystem::resize_file(path, std::uintmax_t{1} << 30);
  const std::size_t before = peak_memory();
  EXPECT_THROW(read(path), Error);
  EXPECT_LT(peak_memory(), before + (std::size_t{50} << 20));
}

// Wherever it breaks off, also where a small picture of itself lies in one of its first segments.
TEST_F(Photo, ThatBreaksOffIsNoticed) {
  cv::Mat picture(96, 128, CV_8UC3);
  cv::randu(picture, 0, 255);
  for (const int progressive : {0, 1}) {
    for (const int restarts : {0, 4}) {
      std::vector<std::uint8_t> bytes, small;
      cv::imencode(".jpg", picture, bytes,
                   {cv::IMWRITE_JPEG_PROGRESSIVE, progressive, cv::IMWRITE_JPEG_RST_INTERVAL, restarts});
      cv::imencode(".jpg", picture(cv::Rect(0, 0, 16, 16)), small);
      const std::size_t length = small.size() + 2;
      small.insert(small.begin(), {0xff, 0xe1, std::uint8_t(length >> 8), std::uint8_t(length)});
      bytes.insert(bytes.begin() + 2, small.begin(), small.end());
      EXPECT_FALSE(is_cut_short(write_bytes("whole.jpg", bytes)));
      auto longer = bytes;
      longer.insert(longer.end(), 100, 7);
      EXPECT_FALSE(is_cut_short(write_bytes("more.jpg", longer))) << "phones put things behind the picture";
      for (const double part : {0.01, 0.3, 0.6, 0.9, 0.999}) {
        auto cut = bytes;
        cut.resize(static_cast<std::size_t>(part * static_cast<double>(bytes.size())));
        EXPECT_TRUE(is_cut_short(write_bytes("cut.jpg", cut)))
            << part << " of it, progressive " << progressive;
      }
    }
  }
  EXPECT_FALSE(is_cut_short(write("picture.png", picture)));
  EXPECT_FALSE(is_cut_short(folder_ / "none.jpg"));
  EXPECT_FALSE(is_cut_short(std::filesystem::path(EQUI_TEST_DATA) / "photos" / "cmyk_red.jpg"));
}

}  // namespace
}  // namespace equi::media
