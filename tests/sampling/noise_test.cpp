#include "core/sampling/noise.h"

#include <limits>

#include <gtest/gtest.h>

namespace equi::sampling {
namespace {

using Words = std::array<std::uint32_t, 4>;

// The known answers of the authors' Random123 library (kat_vectors, philox4x32 10).
TEST(Noise, PhiloxGivesTheKnownAnswers) {
  EXPECT_EQ(philox4x32_10({0, 0, 0, 0}, {0, 0}), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  const std::uint32_t ones = 0xffffffff;
  EXPECT_EQ(philox4x32_10({ones, ones, ones, ones}, {ones, ones}),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox4x32_10({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Noise, IsAPureFunctionOfItsKey) {
  const NoiseKey key{7, Frame::forward, 1234567890123, 2};
  EXPECT_TRUE(torch::equal(column_noise(key, 256), column_noise(key, 256)));
}

TEST(Noise, EveryPartOfTheKeyMatters) {
  const NoiseKey key{7, Frame::forward, 5, 0};
  const auto base = column_noise(key, 32);
  const NoiseKey others[] = {
      {8, Frame::forward, 5, 0},  {7 + (std::uint64_t{1} << 32U), Frame::forward, 5, 0},
      {7, Frame::mirrored, 5, 0}, {7, Frame::forward, 6, 0},
      {7, Frame::forward, -5, 0}, {7, Frame::forward, 5 + (std::int64_t{1} << 32U), 0},
      {7, Frame::forward, 5, 1}};
  for (const auto& other : others) {
    const auto distance = (column_noise(other, 32) - base).abs().max().item<float>();
    EXPECT_GT(distance, 0.1F) << "seed " << other.seed << " column " << other.column << " take "
                              << other.take;
  }
}

TEST(Noise, ANumberDoesNotDependOnHowManyAreAskedFor) {
  const NoiseKey key{1, Frame::mirrored, -17, 3};
  const auto wide = column_noise(key, 256);
  for (const std::int64_t width : {1, 2, 3, 4, 5, 31, 255}) {
    EXPECT_TRUE(torch::equal(column_noise(key, width), wide.narrow(0, 0, width))) << width;
  }
}

TEST(Noise, TheBitsAreFixedForEver) {  // pictures made earlier depend on them
  const auto noise = column_noise({42, Frame::forward, 1000, 1}, 6);
  // Recomputed by hand from the Philox words with math.log, math.cos and math.sin of Python.
  const float expected[] = {-2.24397993F, 0.9286744F, -0.411737591F, 1.78647304F, 0.636740446F, 1.35036612F};
  for (std::int64_t i = 0; i < 6; ++i) EXPECT_EQ(noise[i].item<float>(), expected[i]) << i;
}

TEST(Noise, IsStandardNormal) {
  constexpr std::int64_t kColumns = 4000, kWidth = 64;
  std::vector<NoiseKey> keys;
  for (std::int64_t c = 0; c < kColumns; ++c) keys.push_back({11, Frame::forward, c, 0});
  const auto x = column_noise(keys, kWidth).to(torch::kFloat64);
  const double n = kColumns * kWidth;
  EXPECT_NEAR(x.mean().item<double>(), 0.0, 5 / std::sqrt(n));
  EXPECT_NEAR(x.square().mean().item<double>(), 1.0, 5 * std::sqrt(2 / n));
  EXPECT_NEAR(x.pow(3).mean().item<double>(), 0.0, 5 * std::sqrt(15 / n));
  EXPECT_NEAR(x.pow(4).mean().item<double>(), 3.0, 5 * std::sqrt(96 / n));
  const auto neighbours = (x.narrow(1, 0, kWidth - 1) * x.narrow(1, 1, kWidth - 1)).mean().item<double>();
  const auto columns = (x.narrow(0, 0, kColumns - 1) * x.narrow(0, 1, kColumns - 1)).mean().item<double>();
  EXPECT_NEAR(neighbours, 0.0, 5 / std::sqrt(n));
  EXPECT_NEAR(columns, 0.0, 5 / std::sqrt(n));
}

TEST(Noise, IsFiniteAtTheEndsOfTheKeys) {
  const std::int64_t last = std::numeric_limits<std::int64_t>::max();
  for (const auto column : {last, -last - 1}) {
    const NoiseKey key{~std::uint64_t{0}, Frame::mirrored, column, ~std::uint32_t{0}};
    EXPECT_TRUE(torch::isfinite(column_noise(key, 4096)).all().item<bool>());
  }
}

}  // namespace
}  // namespace equi::sampling
