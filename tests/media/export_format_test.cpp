#include "core/media/export_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/error.h"

namespace equi::media {
namespace {

using ::testing::HasSubstr;

std::string refusal(const ExportOptions& options, std::int64_t width, int height = 256) {
  try {
    validate(options, width, height);
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::bad_input);
    return e.what();
  }
  return {};
}

TEST(ExportFormat, FollowsTheEnding) {
  EXPECT_EQ(parse_format(".PNG"), Format::png);
  EXPECT_EQ(parse_format("jpeg"), Format::jpeg);
  EXPECT_EQ(parse_format(".tiff"), Format::tiff);
  EXPECT_EQ(parse_format("dzi"), Format::deep_zoom);
  EXPECT_THROW(parse_format(".gif"), Error);
  EXPECT_THROW(parse_format(""), Error);
  for (const auto f : {Format::png, Format::jpeg, Format::webp, Format::tiff, Format::deep_zoom, Format::mp4,
                       Format::webm}) {
    EXPECT_EQ(parse_format(ending(f)), f);
  }
}

TEST(ExportFormat, SaysTheWidthLimitBeforeStartingAndOffersToSplit) {
  ExportOptions options;
  options.format = Format::jpeg;
  EXPECT_EQ(refusal(options, 65500), "");
  EXPECT_THAT(refusal(options, 65520), HasSubstr("65,535"));
  EXPECT_THAT(refusal(options, 65520), HasSubstr("split it into numbered parts"));
  options.format = Format::webp;
  EXPECT_EQ(refusal(options, 16383), "");
  EXPECT_THAT(refusal(options, 16400), HasSubstr("16,383"));
  options.part_width = largest_part(Format::webp, 16);
  EXPECT_EQ(options.part_width, 16368) << "whole columns";
  EXPECT_EQ(refusal(options, 1'600'000), "");
  EXPECT_THAT(refusal(options, 100, 20000), Not(HasSubstr("split"))) << "parts would be as high";
}

TEST(ExportFormat, WideFormatsHaveNoLimitThatAPanoramaReaches) {
  ExportOptions options;
  for (const auto format : {Format::png, Format::tiff, Format::deep_zoom}) {
    options.format = format;
    EXPECT_EQ(refusal(options, 16'000'000), "") << name(format);
  }
}

TEST(ExportFormat, TiffsThatCouldPassFourGigabytesAreBigTiffs) {
  EXPECT_FALSE(needs_big_tiff(5'200'000, 256));
  EXPECT_TRUE(needs_big_tiff(5'300'000, 256));
}

TEST(ExportFormat, RefusesOptionsOutOfRange) {
  ExportOptions options;
  options.quality = 0;
  EXPECT_THAT(refusal(options, 100), HasSubstr("quality"));
  options = {};
  options.effort = 10;
  EXPECT_THAT(refusal(options, 100), HasSubstr("effort"));
  options = {};
  options.part_width = -1;
  EXPECT_THAT(refusal(options, 100), HasSubstr("part width"));
  options.part_width = 1;
  EXPECT_THAT(refusal(options, 10'000'000), HasSubstr("more than 100000 files"));
  EXPECT_THAT(refusal({}, 0), HasSubstr("no pixels"));
}

TEST(ExportFormat, PartsCoverThePictureAndSortByName) {
  const auto parts = plan_parts("folder/sea.jpg", 1000, 96);
  ASSERT_EQ(parts.size(), 11U);
  EXPECT_EQ(parts.front().path, "folder/sea-01.jpg");
  EXPECT_EQ(parts.back().path, "folder/sea-11.jpg");
  EXPECT_EQ(parts.back().width, 40);
  std::int64_t x = 0;
  for (const auto& part : parts) {
    EXPECT_EQ(part.x, x);
    x += part.width;
  }
  EXPECT_EQ(x, 1000);
  EXPECT_EQ(plan_parts("sea.png", 1000, 0).front().path, "sea.png");
  EXPECT_EQ(plan_parts("sea.png", 1000, 1000).size(), 1U);
}

TEST(ExportFormat, EstimatesSizesFilesAndScratchSpace) {
  ExportOptions options;
  options.format = Format::tiff;
  options.compression = TiffCompression::none;
  EXPECT_EQ(estimate_size(options, 1000, 256).bytes, 768000U);
  EXPECT_EQ(estimate_size(options, 1000, 256).temporary_bytes, 0U);
  options.format = Format::png;
  EXPECT_EQ(estimate_size(options, 1'000'000, 256).temporary_bytes, 768'000'000U) << "the spooled band";
  EXPECT_EQ(estimate_size(options, 1000, 256, 2.0).bytes, 512000U) << "measured on this picture";
  options.part_width = 300;
  EXPECT_EQ(estimate_size(options, 1000, 256).files, 4);
  options.format = Format::deep_zoom;
  EXPECT_EQ(estimate_size(options, 512, 256).files, 2 + 9 + 1) << "levels 512, 256, ... 1 and the descriptor";
  options.format = Format::mp4;
  EXPECT_GT(estimate_size(options, 10000, 256).seconds, 10);
}

}  // namespace
}  // namespace equi::media
