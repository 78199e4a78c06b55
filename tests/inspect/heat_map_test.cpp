#include "core/inspect/heat_map.h"

#include "core/base/error.h"
#include "core/stream/streaming_decoder.h"
#include "tests/inspect/inspect_fixture.h"

namespace equi::inspect {
namespace {

int brightness(const std::array<std::uint8_t, 3>& c) {
  return 299 * c[0] + 587 * c[1] + 114 * c[2];
}

TEST(HeatMap, ColoursGetBrighter) {
  for (int i = 1; i <= 20; ++i) {
    EXPECT_GT(brightness(heat_colour(i / 20.0)), brightness(heat_colour((i - 1) / 20.0))) << i;
  }
  EXPECT_EQ(heat_colour(-1), heat_colour(0));
  EXPECT_EQ(heat_colour(7), heat_colour(1));
}

TEST(HeatMap, BytesAreTheDecodersBytes) {
  auto row = golden_row(9);
  const auto picture = row.decode({0, 9}, {});
  const auto pixels = torch::from_blob(const_cast<float*>(picture.values.data()),
                                       {3, picture.height, picture.width}, torch::kFloat32);
  const auto expected = stream::to_bytes(pixels);
  const auto rgb = to_rgb(picture);
  EXPECT_TRUE(std::equal(rgb.pixels.begin(), rgb.pixels.end(), expected.data_ptr<std::uint8_t>()));
}

TEST(HeatMap, NothingIsAGreyPictureAndChangesGlow) {
  Picture picture{{0, 1}, 1, 2, {1, 1, -1, -1, 0, 0}};  // two pixels, magenta-like
  const auto rgb = heat_over(picture, std::vector<float>{0, 40}, 40);
  EXPECT_EQ(rgb.pixels[0], rgb.pixels[1]) << "grey";
  EXPECT_EQ(rgb.pixels[1], rgb.pixels[2]);
  EXPECT_GT(rgb.pixels[3], 200) << "the strongest change is pale yellow";
  EXPECT_THROW(heat_over(picture, std::vector<float>{0}, 40), Error);
  EXPECT_EQ(heat_alone(std::vector<float>{0, 40}, 2, 1, 40).pixels.size(), 6U);
}

TEST(HeatMap, TheScaleIgnoresSingleSpikes) {
  std::vector<float> heat(1000, 10.0F);
  heat[5] = 900;
  EXPECT_EQ(full_scale_of(heat), 10);
  EXPECT_EQ(full_scale_of(std::vector<float>(10, 0.0F)), 1) << "no change is not blown up";
  EXPECT_EQ(full_scale_of({}), 1);
}

}  // namespace
}  // namespace equi::inspect
