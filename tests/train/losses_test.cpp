// The terms of the tokenizer's loss, and the judge's arithmetic.
#include "core/train/losses.h"

#include <gtest/gtest.h>

#include "core/eval/measures.h"
#include "core/train/adversary.h"
#include "core/train/optimizer.h"

namespace equi::train {
namespace {

TEST(GradientLoss, IsZeroForEqualPicturesAndBlindToTheirMean) {
  const auto picture = torch::rand({2, 3, 32, 48});
  EXPECT_EQ(gradient_loss(picture, picture).item<double>(), 0.0);
  EXPECT_NEAR(gradient_loss(picture + 0.3, picture).item<double>(), 0.0, 1e-6);
}

TEST(GradientLoss, IsLargerForABlurredRidge) {
  auto ridge = torch::zeros({1, 3, 32, 32});
  ridge.narrow(2, 16, 16).fill_(1.0);
  const auto blurred = torch::avg_pool2d(ridge, {5, 5}, {1, 1}, {2, 2});
  EXPECT_GT(gradient_loss(blurred, ridge).item<double>(), 0.01);
}

TEST(PosteriorNoise, HasOneStrengthForAPictureAtMostStd) {
  double strongest = 0;
  for (std::uint64_t i = 0; i < 40; ++i) {
    const double std = posterior_noise(i, 64, 64, 2.5).std().item<double>();
    EXPECT_LE(std, 2.5 * 1.05);
    strongest = std::max(strongest, std);
  }
  EXPECT_GT(strongest, 2.3);
}

TEST(AdaptiveRatio, BalancesTheTwoGradients) {
  EXPECT_NEAR(adaptive_ratio(torch::full({4}, 2.0), torch::full({4}, 1.0)), 2.0, 1e-3);
  EXPECT_EQ(adaptive_ratio(torch::full({4}, 1.0), torch::zeros({4})), 1e4);
}

TEST(RateSchedule, RisesThenFallsToItsFloor) {
  const RateSchedule rate{1.0, 10, true, 0.1};
  EXPECT_NEAR(rate.at(0, 0.0), 0.1, 1e-9);
  EXPECT_NEAR(rate.at(10, 0.0), 1.0, 1e-9);
  EXPECT_NEAR(rate.at(50, 0.5), 0.55, 1e-9);
  EXPECT_NEAR(rate.at(100, 1.0), 0.1, 1e-9);
}

TEST(Ssim, IsOneForEqualPicturesAndFallsWithNoise) {
  const auto picture = torch::rand({3, 40, 40}) * 2 - 1;
  EXPECT_NEAR(eval::ssim(picture, picture), 1.0, 1e-9);
  EXPECT_LT(eval::ssim(picture, picture + 0.4 * torch::randn_like(picture)), 0.9);
}

TEST(FrechetDistance, IsThatOfTheGaussians) {
  torch::manual_seed(3);
  const auto a = torch::randn({4000, 4});
  EXPECT_NEAR(eval::frechet_distance(a, a), 0.0, 1e-9);
  EXPECT_NEAR(eval::frechet_distance(a, a + 2.0), 16.0, 1e-3);
  // Diagonal covariances s and r: the sum of (s^(1/2) - r^(1/2))^2.
  EXPECT_NEAR(eval::frechet_distance(a, a * 3.0), 4 * 4.0, 0.6);
}

}  // namespace
}  // namespace equi::train
