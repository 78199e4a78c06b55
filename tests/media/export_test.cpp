// Exported files, opened with other readers and compared pixel for pixel.
#include "core/media/export.h"

#include <csignal>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/imgcodecs.hpp>
#include <png.h>
#include <sys/resource.h>
#include <tiffio.h>

#include "core/base/error.h"
#include "core/media/band_spool.h"
#include "core/media/disk_space.h"
#include "tests/media/pattern_source.h"
#include "tests/support/temp_folder.h"

namespace equi::media {
namespace {

using equi::testing::entries;
using equi::testing::pattern_image;
using equi::testing::pattern_source;
using ::testing::HasSubstr;

ExportOptions as(Format format) {
  ExportOptions options;
  options.format = format;
  return options;
}

// libpng's simplified interface, which shares no code path with our writer.
Image read_with_libpng(const std::filesystem::path& path) {
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  EXPECT_NE(png_image_begin_read_from_file(&png, path.c_str()), 0) << png.message;
  png.format = PNG_FORMAT_RGB;
  Image image{static_cast<int>(png.width), static_cast<int>(png.height), {}};
  image.pixels.resize(PNG_IMAGE_SIZE(png));
  EXPECT_NE(png_image_finish_read(&png, nullptr, image.pixels.data(), 0, nullptr), 0) << png.message;
  return image;
}

Image read_with_libtiff(const std::filesystem::path& path) {
  TIFF* tiff = TIFFOpen(path.c_str(), "r");
  if (tiff == nullptr) return {};
  std::uint32_t width = 0, height = 0;
  TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &width);
  TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &height);
  std::vector<std::uint32_t> raster(std::size_t(width) * height);
  EXPECT_EQ(TIFFReadRGBAImageOriented(tiff, width, height, raster.data(), ORIENTATION_TOPLEFT, 1), 1);
  TIFFClose(tiff);
  Image image{static_cast<int>(width), static_cast<int>(height), {}};
  for (const auto pixel : raster) {
    image.pixels.push_back(static_cast<std::uint8_t>(TIFFGetR(pixel)));
    image.pixels.push_back(static_cast<std::uint8_t>(TIFFGetG(pixel)));
    image.pixels.push_back(static_cast<std::uint8_t>(TIFFGetB(pixel)));
  }
  return image;
}

class Export : public ::testing::Test {
 protected:
  testing::TempFolder folder_;
};

TEST_F(Export, PngIsThePictureBitForBit) {
  for (const auto& [width, height] : {std::pair{1, 1}, {5, 40}, {1024, 64}, {2500, 256}}) {
    const auto target = folder_ / "a.png";
    const auto result = export_picture(pattern_source(width, height), target, as(Format::png));
    EXPECT_EQ(result.bytes, std::filesystem::file_size(target));
    EXPECT_EQ(read_with_libpng(target).pixels, pattern_image(width, height).pixels)
        << width << " x " << height;
  }
  EXPECT_EQ(entries(folder_.path()), 1U) << "nothing else is left in the folder";
}

TEST_F(Export, SpooledThroughAFileRowsAreTheSame) {
  constexpr int kWidth = 3000, kHeight = 50;
  BandSpool spool(folder_.path(), kWidth, kHeight, 1000);
  ASSERT_FALSE(spool.in_memory());
  EXPECT_EQ(entries(folder_.path()), 0U) << "the spool has no name: a kill leaves nothing";
  for_each_block(pattern_source(kWidth, kHeight), BandSpool::kBlockWidth, {},
                 [&](const Block& block) { spool.write(block.x, block.pixels); });
  const auto whole = pattern_image(kWidth, kHeight);
  Image got = whole;
  std::ranges::fill(got.pixels, 0);
  for (int y = 0; y < kHeight; y += 7) {
    const int count = std::min(7, kHeight - y);
    spool.read_rows(y, count, {got.row(y), std::size_t(count) * kWidth * 3});
  }
  EXPECT_EQ(got.pixels, whole.pixels);
}

TEST_F(Export, TiffIsThePictureBitForBitWithEveryCompression) {
  const auto whole = pattern_image(1300, 300);
  for (const auto compression : {TiffCompression::none, TiffCompression::lzw, TiffCompression::deflate}) {
    auto options = as(Format::tiff);
    options.compression = compression;
    const auto target = folder_ / "a.tif";
    export_picture(pattern_source(1300, 300), target, options);
    EXPECT_EQ(read_with_libtiff(target).pixels, whole.pixels) << name(compression);
    EXPECT_EQ(read_image(target).pixels, whole.pixels) << "OpenCV reads " << name(compression);
  }
}

TEST_F(Export, BigTiffIsTheSamePictureInATiledFile) {
  auto options = as(Format::tiff);
  options.big_tiff = true;
  const auto target = folder_ / "big.tif";
  export_picture(pattern_source(1300, 300), target, options);
  std::ifstream in(target, std::ios::binary);
  char head[4] = {};
  in.read(head, 4);
  EXPECT_EQ(std::string(head, 3), "II+") << "43, the BigTIFF version";
  EXPECT_EQ(read_with_libtiff(target).pixels, pattern_image(1300, 300).pixels);
  TIFF* tiff = TIFFOpen(target.c_str(), "r");
  ASSERT_NE(tiff, nullptr);
  EXPECT_EQ(TIFFIsTiled(tiff), 1);
  TIFFClose(tiff);
}

TEST_F(Export, JpegAndWebpLookLikeThePicture) {
  const auto whole = pattern_image(2000, 256);
  for (const auto format : {Format::jpeg, Format::webp}) {
    const auto target = folder_ / ("a" + ending(format));
    export_picture(pattern_source(2000, 256), target, as(format));
    EXPECT_GT(psnr(read_image(target), whole), 33) << name(format);
  }
  auto lossless = as(Format::webp);
  lossless.lossless = true;
  export_picture(pattern_source(2000, 256), folder_ / "b.webp", lossless, "{\"seed\":1}");
  EXPECT_EQ(read_image(folder_ / "b.webp").pixels, whole.pixels);
}

TEST_F(Export, JpegAndWebpReachTheirLimits) {
  auto options = as(Format::jpeg);
  options.quality = 50;
  export_picture(pattern_source(65500, 16), folder_ / "wide.jpg", options);
  EXPECT_EQ(read_image(folder_ / "wide.jpg").width, 65500);
  options.format = Format::webp;
  export_picture(pattern_source(16383, 16), folder_ / "wide.webp", options);
  EXPECT_EQ(read_image(folder_ / "wide.webp").width, 16383);
}

TEST_F(Export, PartsTogetherAreThePicture) {
  auto options = as(Format::png);
  options.part_width = 304;
  const auto result = export_picture(pattern_source(1000, 32), folder_ / "sea.png", options);
  ASSERT_EQ(result.files.size(), 4U);
  EXPECT_EQ(entries(folder_.path()), 4U);
  const auto whole = pattern_image(1000, 32);
  for (std::size_t i = 0; i < 4; ++i) {
    const auto part = read_image(folder_ / ("sea-" + std::to_string(i + 1) + ".png"));
    for (int y = 0; y < 32; ++y) {
      EXPECT_TRUE(std::equal(part.row(y), part.row(y) + part.width * 3, whole.row(y) + i * 304 * 3));
    }
  }
}

TEST_F(Export, ASpanIsCutFromTheSource) {
  export_picture(cut(pattern_source(1000, 32), 160, 320), folder_ / "span.png", as(Format::png));
  const auto got = read_image(folder_ / "span.png");
  ASSERT_EQ(got.width, 320);
  EXPECT_TRUE(std::equal(got.row(5), got.row(5) + 960, pattern_image(1000, 32).row(5) + 160 * 3));
  EXPECT_THROW(cut(pattern_source(100, 32), 50, 51), Error);
}

// What a stop, an error of the source and an error of the disk have in common.
class BrokenExport : public Export {
 protected:
  void SetUp() override { std::ofstream(folder_ / "keep.txt") << "old"; }
  void expect_nothing_left(const std::filesystem::path& target) {
    EXPECT_FALSE(std::filesystem::exists(target)) << target;
    EXPECT_EQ(entries(folder_.path()), 1U) << "only keep.txt";
  }
};

TEST_F(BrokenExport, AStopLeavesNoFile) {
  for (const auto format : {Format::png, Format::jpeg, Format::webp, Format::tiff, Format::deep_zoom,
                            Format::mp4, Format::webm}) {
    std::stop_source stop;
    ExportControl control{[&](std::int64_t done, std::int64_t total) {
                            if (done * 3 > total) stop.request_stop();
                          },
                          stop.get_token()};
    const auto target = folder_ / ("a" + ending(format));
    auto options = as(format);
    options.scroll.width = options.scroll.height = 64;
    try {
      export_picture(pattern_source(6000, 64), target, options, {}, control);
      FAIL() << name(format) << " did not stop";
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::cancelled) << name(format);
    }
    expect_nothing_left(target);
  }
}

TEST_F(BrokenExport, AStopBetweenPartsLeavesNoPart) {
  std::stop_source stop;
  ExportControl control{[&](std::int64_t done, std::int64_t) {
                          if (done > 700) stop.request_stop();
                        },
                        stop.get_token()};
  auto options = as(Format::png);
  options.part_width = 200;
  EXPECT_THROW(export_picture(pattern_source(1000, 16), folder_ / "a.png", options, {}, control), Error);
  expect_nothing_left(folder_ / "a-1.png");
}

TEST_F(BrokenExport, AnErrorOfTheSourceLeavesTheOldFile) {
  std::ofstream(folder_ / "a.png") << "what was there";
  StripSource failing{64, 5000, [](std::int64_t x, int, std::span<std::uint8_t>) {
                        if (x > 2000) throw Error(ErrorKind::numeric, "column 200", "is not finite");
                      }};
  EXPECT_THROW(export_picture(failing, folder_ / "a.png", as(Format::png)), Error);
  std::ifstream in(folder_ / "a.png");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), "what was there");
  EXPECT_EQ(entries(folder_.path()), 2U);
}

// A file-size limit of the process stands in for a full disk: the write fails at the same place.
TEST_F(BrokenExport, AFullDiskIsSaidAndLeavesNothing) {
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  for (const auto format : {Format::png, Format::jpeg, Format::webp, Format::tiff, Format::deep_zoom}) {
    rlimit small = before;
    small.rlim_cur = format == Format::deep_zoom ? 2000 : 20000;
    setrlimit(RLIMIT_FSIZE, &small);
    const auto target = folder_ / ("a" + ending(format));
    std::string message;
    try {
      export_picture(pattern_source(3000, 256), target, as(format));
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::io);
      message = e.what();
    }
    setrlimit(RLIMIT_FSIZE, &before);
    EXPECT_THAT(message, HasSubstr("cannot be written")) << name(format);
    expect_nothing_left(target);
  }
}

// The folder's permissions allow it (as root's do), the file cannot be made all the same.
TEST_F(BrokenExport, WhatCannotBeWrittenIsNamedAsItWasAskedFor) {
  for (const auto format : {Format::png, Format::jpeg, Format::webp, Format::tiff, Format::deep_zoom,
                            Format::mp4, Format::webm}) {
    auto options = as(format);
    options.scroll.width = options.scroll.height = 64;
    const std::string target = "/proc/picture" + ending(format);
    try {
      export_picture(pattern_source(300, 64), target, options);
      ADD_FAILURE() << name(format);
    } catch (const Error& e) {
      EXPECT_EQ(e.where(), target) << name(format) << ": " << e.what();
    }
  }
}

TEST(DiskSpace, IsThatOfTheFileSystemWhereTheFileWillBe) {
  const testing::TempFolder folder;
  const auto here = free_space(folder.path());
  ASSERT_TRUE(here.has_value());
  EXPECT_GT(*here, 0U);
  EXPECT_TRUE(free_space(folder / "not/there/yet.png").has_value()) << "its folder need not be there";
  EXPECT_TRUE(free_space("relative.png").has_value());
  EXPECT_FALSE(free_space("/proc/a.png").has_value()) << "no disk, no size";
}

TEST(DiskSpace, MoreThanThereIsIsSaidWithBothSizes) {
  EXPECT_EQ(space_warning(1000, 1000), "");
  EXPECT_EQ(space_warning(std::uint64_t{1} << 50, std::nullopt), "") << "nothing is known";
  EXPECT_EQ(space_warning(3U << 20, 1536), "about 3.0 MiB are needed, the disk has 1.5 KiB left");
  EXPECT_EQ(space_warning(std::uint64_t{5} << 40, std::uint64_t{2} << 30),
            "about 5.0 TiB are needed, the disk has 2.0 GiB left");
}

TEST_F(BrokenExport, SaysWhatIsWrongWithTheTarget) {
  const auto refused = [&](const std::filesystem::path& target, const char* what) {
    try {
      check_target(target, as(parse_format(target.extension().string())));
      ADD_FAILURE() << target << " was accepted";
    } catch (const Error& e) {
      EXPECT_THAT(e.what(), HasSubstr(what));
    }
  };
  refused(folder_ / "absent/a.png", "No such file or directory");
  std::filesystem::create_directory(folder_ / "b.png");
  refused(folder_ / "b.png", "is a folder");
  std::filesystem::remove(folder_ / "b.png");
  std::ofstream(folder_ / "c_files") << "a file";
  refused(folder_ / "c.dzi", "is no folder");
}

TEST_F(Export, WhatAKilledProgramLeftAsideIsTakenAway) {
  std::ofstream(folder_ / ".a.part.png") << "half";
  export_picture(pattern_source(100, 16), folder_ / "a.png", as(Format::png));
  EXPECT_EQ(entries(folder_.path()), 1U);
}

TEST_F(Export, ProgressRisesToItsTotal) {
  for (const auto format : {Format::png, Format::jpeg, Format::tiff, Format::deep_zoom}) {
    std::int64_t last = 0, all = 0;
    ExportControl control{[&](std::int64_t done, std::int64_t total) {
                            EXPECT_GE(done, last) << name(format);
                            last = done;
                            all = total;
                          },
                          {}};
    export_picture(pattern_source(5000, 32), folder_ / ("a" + ending(format)), as(format), {}, control);
    EXPECT_EQ(last, all) << name(format);
  }
}

TEST_F(Export, ASampleTellsHowLargeTheFileWillBe) {
  for (const auto format : {Format::png, Format::jpeg, Format::webp, Format::tiff}) {
    const double density = measure_bytes_per_pixel(pattern_source(512, 256), as(format));
    const auto bytes =
        export_picture(pattern_source(8192, 256), folder_ / ("a" + ending(format)), as(format)).bytes;
    const auto estimate = estimate_size(as(format), 8192, 256, density).bytes;
    EXPECT_NEAR(static_cast<double>(estimate) / static_cast<double>(bytes), 1.0, 0.25) << name(format);
  }
}

}  // namespace
}  // namespace equi::media
