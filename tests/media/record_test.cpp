// The record inside a picture: what was written is read back, and damaged or hostile files are refused.
#include <algorithm>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/error.h"
#include "core/media/export.h"
#include "core/media/metadata.h"
#include "tests/media/pattern_source.h"
#include "tests/support/temp_folder.h"

namespace equi::media {
namespace {

using equi::testing::pattern_source;
using ::testing::HasSubstr;

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

const std::vector<Format>& formats() {
  static const std::vector<Format> all = {Format::png, Format::jpeg, Format::webp, Format::tiff};
  return all;
}

class Record : public ::testing::Test {
 protected:
  std::filesystem::path exported(Format format, const std::string& record) {
    ExportOptions options;
    options.format = format;
    const auto target = folder_ / ("a" + ending(format));
    export_picture(pattern_source(200, 32), target, options, record);
    return target;
  }
  testing::TempFolder folder_;
};

TEST_F(Record, ComesBackFromEveryFormat) {
  const std::string record =
      R"({"seed":18446744073709551615,"scene":"<alps> & \"meer\" 'é'","model":"demo"})";
  for (const auto format : formats()) {
    ASSERT_TRUE(carries_metadata(format));
    EXPECT_EQ(read_record(exported(format, record)), record) << name(format);
    EXPECT_EQ(read_image(folder_ / ("a" + ending(format))).width, 200) << name(format) << " still opens";
  }
}

TEST_F(Record, LongOnesToo) {
  const std::string record = "{\"list\":\"" + std::string(kMaxJpegRecordBytes - 20, 'x') + "\"}";
  for (const auto format : formats())
    EXPECT_EQ(read_record(exported(format, record)), record) << name(format);
  const std::string longer(70000, 'y');
  EXPECT_EQ(read_record(exported(Format::png, longer)), longer);
  EXPECT_THROW(exported(Format::jpeg, longer), Error);
}

TEST_F(Record, PicturesWithoutOneHaveNone) {
  for (const auto format : formats()) EXPECT_EQ(read_record(exported(format, "")), "") << name(format);
}

TEST_F(Record, OtherFilesAreRefused) {
  std::ofstream(folder_ / "text.png") << "no picture at all";
  EXPECT_THROW(read_record(folder_ / "text.png"), Error);
  std::ofstream(folder_ / "empty.png").flush();
  EXPECT_THROW(read_record(folder_ / "empty.png"), Error);
  EXPECT_THROW(read_record(folder_ / "absent.png"), Error);
}

// Cut or changed in one byte at many places, the answer is a record, none, or an error: never a crash or an
// endless read.
TEST_F(Record, DamageAnywhereIsSurvived) {
  for (const auto format : formats()) {
    const auto whole = bytes_of(exported(format, "{\"seed\":7}"));
    const auto damaged = folder_ / ("damaged" + ending(format));
    const auto survives = [&](const std::string& bytes) {
      std::ofstream(damaged, std::ios::binary) << bytes;
      try {
        read_record(damaged);
      } catch (const Error&) {
      }
    };
    const std::size_t head = std::min<std::size_t>(whole.size(), 1500);
    for (std::size_t i = 0; i < head; i += 7) survives(whole.substr(0, i));
    for (std::size_t i = 0; i < head; i += i < 300 ? 1 : 5) {
      auto changed = whole;
      changed[i] = static_cast<char>(changed[i] ^ 0xff);
      survives(changed);
    }
  }
}

TEST_F(Record, DamageOfTheRecordItselfIsToldApart) {
  const auto path = exported(Format::png, std::string(70000, 'y'));
  auto bytes = bytes_of(path);
  const auto at = bytes.find(std::string(kRecordKeyword) + '\0');
  ASSERT_NE(at, std::string::npos);
  for (int i = 20; i < 40; ++i) bytes[at + static_cast<std::size_t>(i)] ^= 0x5a;
  std::ofstream(path, std::ios::binary) << bytes;
  EXPECT_THROW(read_record(path), DamagedRecord);
}

TEST_F(Record, APackedTextThatExplodesIsRefused) {
  const std::string bomb(std::size_t{40} << 20, ' ');
  const auto path = exported(Format::png, bomb);
  EXPECT_LT(std::filesystem::file_size(path), 200000U);
  EXPECT_THROW(read_record(path), Error);
}

}  // namespace
}  // namespace equi::media
