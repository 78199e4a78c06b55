#include "core/stream/seam.h"

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "core/stream/seam_levelling.h"

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

double energy_at(const torch::Tensor& picture, std::int64_t border) {
  return gradient_energy(picture)[border - 1].item<double>();
}

TEST(SeamLevelling, AStepComesDownToTheEnergyAskedForAndNothingFartherChanges) {
  auto picture = noise_picture(256);
  picture.narrow(1, 128, 128).add_(40);
  const double inside = gradient_energy(picture.narrow(1, 0, 128)).mean().item<double>();
  for (const double wanted : {inside, 5.0, 0.0}) {
    const auto levelled = level_seam(picture, 128, wanted, 16, 24);
    EXPECT_LE(energy_at(levelled, 128), wanted);
    EXPECT_TRUE(torch::equal(levelled.narrow(1, 0, 112), picture.narrow(1, 0, 112)));
    EXPECT_TRUE(torch::equal(levelled.narrow(1, 152, 104), picture.narrow(1, 152, 104)));
    // The step was spread, not moved: no other border has become one.
    EXPECT_LT(gradient_energy(levelled).max().item<double>(), 3 * inside);
  }
}

TEST(SeamLevelling, OnlyTheSideThatMayChangeChanges) {
  auto picture = noise_picture(64);
  picture.narrow(1, 32, 32).add_(40);
  const auto left = level_seam(picture, 32, 10, 8, 0), right = level_seam(picture, 32, 10, 0, 8);
  EXPECT_TRUE(torch::equal(left.narrow(1, 32, 32), picture.narrow(1, 32, 32)));
  EXPECT_TRUE(torch::equal(right.narrow(1, 0, 32), picture.narrow(1, 0, 32)));
  EXPECT_LE(energy_at(left, 32), 10);
  EXPECT_LE(energy_at(right, 32), 10);
}

TEST(SeamLevelling, ASoftBorderStaysBitForBit) {
  const auto picture = noise_picture(64);
  EXPECT_TRUE(torch::equal(level_seam(picture, 32, energy_at(picture, 32), 8, 8), picture));
}

TEST(SeamLevelling, RefusesWhatMakesNoSense) {
  const auto picture = noise_picture(32);
  EXPECT_THROW(level_seam(picture, 0, 1, 8, 8), Error);
  EXPECT_THROW(level_seam(picture, 32, 1, 8, 8), Error);
  EXPECT_THROW(level_seam(picture, 16, -1, 8, 8), Error);
  EXPECT_THROW(level_seam(picture, 16, 1, 0, 0), Error);
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
