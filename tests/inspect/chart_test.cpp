#include "core/media/chart.h"

#include <cmath>

#include <gtest/gtest.h>

#include "core/base/error.h"

namespace equi::media {
namespace {

Chart example() {
  Chart chart;
  chart.title =
      std::string("A title");  // short texts assigned in place make GCC 12 see an overlap (bug 105651)
  chart.x_label = std::string("pixel");
  chart.y_label = std::string("level");
  Chart::Curve curve{"curve", {}, {}, true, true};
  for (int i = 0; i <= 20; ++i) {
    curve.x.push_back(i);
    curve.y.push_back(i == 7 ? NAN : std::sin(i * 0.3) + 1);
  }
  chart.curves = {curve};
  chart.bands = {{3, 6, "band"}};
  chart.marks = {10};
  return chart;
}

std::size_t coloured(const Image& image) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < image.pixels.size(); i += 3) {
    count += image.pixels[i] != image.pixels[i + 1] || image.pixels[i + 1] != image.pixels[i + 2];
  }
  return count;
}

TEST(Chart, DrawsItsCurves) {
  const auto image = draw_chart(example());
  EXPECT_EQ(image.width, 960);
  EXPECT_EQ(image.height, 480);
  EXPECT_GT(coloured(image), 1000U);
  EXPECT_EQ(image.row(0)[0], 255) << "on white";
}

TEST(Chart, ConstantAndSingleValuesAreDrawnToo) {
  Chart chart;
  chart.curves = {{"", {5}, {3}, false, true}};
  EXPECT_GT(coloured(draw_chart(chart)), 10U);
  chart.curves = {{"", {1, 2, 3}, {0, 0, 0}, true, false}};
  EXPECT_GT(coloured(draw_chart(chart)), 10U);
}

TEST(Chart, RefusesToDrawNothing) {
  EXPECT_THROW(draw_chart({}), Error);
  auto small = example();
  small.width = 20;
  EXPECT_THROW(draw_chart(small), Error);
}

TEST(Chart, PicturesAreStackedAndPutBeside) {
  const Image a{4, 2, std::vector<std::uint8_t>(24, 10)}, b{2, 2, std::vector<std::uint8_t>(12, 20)};
  const auto below = stack({a, b}, 3);
  EXPECT_EQ(below.width, 4);
  EXPECT_EQ(below.height, 7);
  EXPECT_EQ(below.row(3)[0], 255);
  EXPECT_EQ(below.row(5)[3], 20) << "centred";
  const auto row = beside(a, b, 1);
  EXPECT_EQ(row.width, 7);
  EXPECT_EQ(row.row(0)[3 * 5], 20);
  EXPECT_EQ(beside({}, a).width, 4);
  EXPECT_THROW(beside(a, below), Error);
  EXPECT_THROW(stack({}), Error);
}

}  // namespace
}  // namespace equi::media
