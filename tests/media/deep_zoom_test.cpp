// Deep-zoom pyramids, put together again the way OpenSeadragon's DziTileSource does it.
#include <cmath>
#include <fstream>
#include <regex>

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "core/media/export.h"
#include "tests/media/pattern_source.h"
#include "tests/support/temp_folder.h"

namespace equi::media {
namespace {

using equi::testing::entries;
using equi::testing::pattern_image;
using equi::testing::pattern_source;

struct Pyramid {
  std::filesystem::path folder;
  std::string format;
  int overlap = 0, tile = 0, width = 0, height = 0, max_level = 0;

  explicit Pyramid(const std::filesystem::path& dzi) {
    std::ifstream in(dzi);
    const std::string xml(std::istreambuf_iterator<char>(in), {});
    const auto number = [&](const std::string& name) { return std::stoi(text(xml, name)); };
    format = text(xml, "Format");
    overlap = number("Overlap");
    tile = number("TileSize");
    width = number("Width");
    height = number("Height");
    max_level = static_cast<int>(std::ceil(std::log2(std::max(width, height))));
    folder = dzi.parent_path() / (dzi.stem().string() + "_files");
  }
  static std::string text(const std::string& xml, const std::string& name) {
    std::smatch match;
    EXPECT_TRUE(std::regex_search(xml, match, std::regex(name + "=\"([^\"]*)\""))) << name;
    return match[1];
  }
  int scaled(int size, int level) const {
    return static_cast<int>(std::ceil(size * std::pow(0.5, max_level - level)));
  }
  // OpenSeadragon draws tile (c, r) at c * tile - overlap (0 for the first one), as large as it is.
  Image assemble(int level) const {
    Image whole{scaled(width, level), scaled(height, level), {}};
    whole.pixels.resize(std::size_t(whole.width) * std::size_t(whole.height) * 3);
    for (int c = 0; c * tile < whole.width; ++c) {
      for (int r = 0; r * tile < whole.height; ++r) {
        const auto name = std::to_string(c) + "_" + std::to_string(r) + "." + format;
        const Image part = read_image(folder / std::to_string(level) / name);
        const int left = std::max(0, c * tile - overlap), top = std::max(0, r * tile - overlap);
        EXPECT_EQ(part.width, std::min(whole.width, (c + 1) * tile + overlap) - left) << name;
        EXPECT_EQ(part.height, std::min(whole.height, (r + 1) * tile + overlap) - top) << name;
        for (int y = 0; y < part.height; ++y) {
          std::copy(part.row(y), part.row(y) + part.width * 3, whole.row(top + y) + left * 3);
        }
      }
    }
    return whole;
  }
};

class DeepZoom : public ::testing::Test {
 protected:
  Pyramid exported(int width, int height) {
    ExportOptions options;
    options.format = Format::deep_zoom;
    options.png_tiles = true;
    export_picture(pattern_source(width, height), folder_ / "a.dzi", options);
    return Pyramid(folder_ / "a.dzi");
  }
  testing::TempFolder folder_;
};

TEST_F(DeepZoom, TheTopLevelIsThePicture) {
  for (const auto& [width, height] : {std::pair{1, 1}, {255, 256}, {256, 257}, {1025, 300}, {3001, 256}}) {
    const auto pyramid = exported(width, height);
    EXPECT_EQ(pyramid.assemble(pyramid.max_level).pixels, pattern_image(width, height).pixels)
        << width << " x " << height;
  }
}

// Halved in the 2 x 2 means of the level above, sides rounded up, odd edges repeated.
TEST_F(DeepZoom, EveryLevelIsTheMeanOfTheOneAbove) {
  const auto pyramid = exported(2347, 301);
  ASSERT_EQ(entries(pyramid.folder), static_cast<std::size_t>(pyramid.max_level + 1));
  Image above = pyramid.assemble(pyramid.max_level);
  for (int level = pyramid.max_level - 1; level >= 0; --level) {
    const Image here = pyramid.assemble(level);
    ASSERT_EQ(here.width, (above.width + 1) / 2);
    ASSERT_EQ(here.height, (above.height + 1) / 2);
    int worst = 0;
    for (int y = 0; y < here.height; ++y) {
      for (int x = 0; x < here.width * 3; ++x) {
        const int y2 = std::min(2 * y + 1, above.height - 1);
        const int left = x / 3 * 6 + x % 3, right = std::min(x / 3 * 2 + 1, above.width - 1) * 3 + x % 3;
        const double mean =
            (above.row(2 * y)[left] + above.row(2 * y)[right] + above.row(y2)[left] + above.row(y2)[right]) /
            4.0;
        worst = std::max(worst, static_cast<int>(std::ceil(std::abs(here.row(y)[x] - mean))));
      }
    }
    EXPECT_LE(worst, 1) << "level " << level;
    above = here;
  }
}

TEST_F(DeepZoom, ANewExportReplacesAllTilesOfTheOldOne) {
  exported(3000, 256);
  exported(300, 256);
  EXPECT_EQ(entries(folder_ / "a_files"), 10U) << "levels of 300, 150, ... 1";
  EXPECT_EQ(entries(folder_.path()), 2U);
}

TEST_F(DeepZoom, AFolderOfSomebodyElseIsNotReplaced) {
  ExportOptions options;
  options.format = Format::deep_zoom;
  std::filesystem::create_directory(folder_ / "page_files");
  std::ofstream(folder_ / "page_files" / "notes.txt") << "notes";
  for (const char* descriptor : {"", "page.dzi"}) {  // a descriptor beside it does not make it ours
    if (*descriptor != 0) std::ofstream(folder_ / descriptor) << "mine";
    EXPECT_THROW(check_target(folder_ / "page.dzi", options), Error);
    EXPECT_THROW(export_picture(pattern_source(64, 32), folder_ / "page.dzi", options), Error);
    EXPECT_TRUE(std::filesystem::exists(folder_ / "page_files" / "notes.txt"));
  }
}

TEST_F(DeepZoom, JpegTilesAreTheDefault) {
  ExportOptions options;
  options.format = Format::deep_zoom;
  const auto result = export_picture(pattern_source(600, 256), folder_ / "b.dzi", options);
  EXPECT_TRUE(std::filesystem::exists(folder_ / "b_files/10/2_0.jpg"));
  EXPECT_GT(result.bytes, 10000U);
  EXPECT_EQ(estimate_size(options, 600, 256).files,
            1 + std::distance(std::filesystem::recursive_directory_iterator(folder_ / "b_files"), {}) - 11);
}

}  // namespace
}  // namespace equi::media
