#include "core/stream/seam.h"

#include <gtest/gtest.h>

#include "core/base/error.h"

namespace equi::stream {
namespace {

torch::Tensor noise_picture(std::int64_t width) {
  torch::manual_seed(3);
  return torch::randint(100, 120, {32, width, 3}, torch::kUInt8);
}

TEST(Seam, GradientEnergyIsTheMeanSquaredDifference) {
  auto picture = torch::full({2, 4, 3}, 10, torch::kUInt8);
  picture.select(1, 2).fill_(13);
  const auto energy = gradient_energy(picture);
  EXPECT_TRUE(torch::equal(energy, torch::tensor({0.0, 9.0, 9.0}, torch::kFloat64)));
}

TEST(Seam, APictureWithoutSeamsMeasuresAboutOne) {
  EXPECT_NEAR(seam_ratio(noise_picture(512), {64, 128, 192, 256}, 1), 1.0, 0.2);
}

TEST(Seam, AStepAtTheBorderIsSeen) {
  auto picture = noise_picture(256);
  picture.narrow(1, 128, 128).add_(40);
  EXPECT_GT(seam_ratio(picture, {128}, 0), 10.0);
  EXPECT_LT(seam_ratio(picture, {64}, 0), 1.0) << "a step elsewhere counts as inside";
}

TEST(Seam, BlurAtTheBorderIsSeenToo) {
  auto picture = noise_picture(256);
  picture.narrow(1, 120, 16).fill_(110);
  EXPECT_LT(seam_ratio(picture, {128}, 4), 0.1);
}

TEST(Seam, RefusesBordersOutsideThePicture) {
  const auto picture = noise_picture(32);
  EXPECT_THROW(seam_ratio(picture, {0}, 0), Error);
  EXPECT_THROW(seam_ratio(picture, {32}, 0), Error);
  EXPECT_THROW(seam_ratio(picture, {16}, 100), Error) << "nothing left inside";
  EXPECT_THROW(seam_ratio(picture, {}, 0), Error);
}

TEST(Seam, PsnrOfKnownDifferences) {
  const auto a = torch::full({4, 4, 3}, 100, torch::kUInt8), b = torch::full({4, 4, 3}, 101, torch::kUInt8);
  EXPECT_NEAR(psnr(a, b), 48.13, 0.01);
  EXPECT_TRUE(std::isinf(psnr(a, a)));
  EXPECT_EQ(largest_difference(a, b), 1);
  EXPECT_THROW(psnr(a, a.narrow(1, 0, 2)), Error);
  EXPECT_THROW(largest_difference(a, a.narrow(1, 0, 2)), Error);
}

}  // namespace
}  // namespace equi::stream
