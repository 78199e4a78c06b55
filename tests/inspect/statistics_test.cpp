#include "core/inspect/statistics.h"

#include <cmath>
#include <fstream>

#include "core/base/error.h"
#include "tests/inspect/inspect_fixture.h"

namespace equi::inspect {
namespace {

// 400 tokens that spread 5 along (1, 1, 0) / sqrt 2, 2 along (0, 0, 1) and not at all otherwise, around
// (10, 0, 3).
Token known_tokens() {
  Token tokens;
  for (int i = 0; i < 400; ++i) {
    const double a = 5 * std::sqrt(2.0) * std::sin(i * 0.7), b = 2 * std::sqrt(2.0) * std::cos(i * 1.3);
    tokens.insert(tokens.end(), {float(10 + a / std::sqrt(2.0)), float(a / std::sqrt(2.0)), float(3 + b)});
  }
  return tokens;
}

TEST(Statistics, FindsThePrincipalComponents) {
  const auto s = compute_statistics(known_tokens(), 3, 3);
  EXPECT_EQ(s.count, 400);
  EXPECT_NEAR(s.mean[0], 10, 0.1);
  EXPECT_NEAR(s.mean[2], 3, 0.1);
  EXPECT_NEAR(s.deviation[2], 2, 0.05);
  ASSERT_EQ(s.components.size(), 3U);
  EXPECT_NEAR(s.components[0][0], std::sqrt(0.5), 1e-2);
  EXPECT_NEAR(s.components[0][1], std::sqrt(0.5), 1e-2);
  EXPECT_NEAR(s.components[1][2], 1, 1e-2);
  EXPECT_NEAR(s.spread[0], 5, 0.1);
  EXPECT_NEAR(s.spread[1], 2, 0.1);
  EXPECT_NEAR(s.explained(0), 25.0 / 29, 0.02);
  EXPECT_NEAR(s.explained(0) + s.explained(1) + s.explained(2), 1, 1e-9);
}

TEST(Statistics, MovingAlongAComponentIsMeasuredInDeviations) {
  const auto s = compute_statistics(known_tokens(), 3, 2);
  const Token token = {11, 1, 2};
  const auto moved = move_token(token, s, {1.5, -2});
  EXPECT_NEAR(position_along(moved, s, 0) - position_along(token, s, 0), 1.5, 1e-5);
  EXPECT_NEAR(position_along(moved, s, 1) - position_along(token, s, 1), -2, 1e-5);
  EXPECT_EQ(move_token(token, s, {0, 0}), token) << "nothing moved: the same bits";
  EXPECT_THROW(move_token(token, s, {1, 1, 1}), Error);
  EXPECT_THROW(move_token(Token{1, 2}, s, {1}), Error);
}

TEST(Statistics, FewTokensHaveFewComponents) {
  EXPECT_EQ(compute_statistics(flat(golden_tokens(4)), golden_width(), 16).components.size(), 3U);
  const auto one = compute_statistics(flat(golden_tokens(1)), golden_width(), 16);
  EXPECT_TRUE(one.components.empty());
  EXPECT_EQ(one.mean, flat(golden_tokens(1)));
  EXPECT_THROW(compute_statistics({}, 3, 2), Error);
  EXPECT_THROW(compute_statistics(Token{1, std::nanf(""), 2}, 3, 2), Error);
}

TEST(Statistics, RandomTokensAreSpreadLikeTheTokens) {
  const auto s = compute_statistics(known_tokens(), 3, 0);
  Token many;
  for (std::int64_t c = 0; c < 2000; ++c) {
    const auto token = random_token(s, 5, c);
    many.insert(many.end(), token.begin(), token.end());
  }
  const auto drawn = compute_statistics(many, 3, 0);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(drawn.mean[i], s.mean[i], 0.4);
    EXPECT_NEAR(drawn.deviation[i], s.deviation[i], 0.4);
  }
  EXPECT_EQ(random_token(s, 5, 7), random_token(s, 5, 7));
  EXPECT_NE(random_token(s, 5, 7), random_token(s, 6, 7));
}

TEST(Statistics, ABundleCarriesThem) {
  const testing::TempFolder folder;
  EXPECT_FALSE(read_statistics(folder.path(), 3, "abc")) << "none yet";
  const auto s = compute_statistics(known_tokens(), 3, 2);
  write_statistics(folder.path(), s, "abc");
  const auto read = read_statistics(folder.path(), 3, "abc");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->count, s.count);
  EXPECT_EQ(read->mean, s.mean);
  EXPECT_EQ(read->deviation, s.deviation);
  EXPECT_EQ(read->components, s.components);
  EXPECT_EQ(read->spread, s.spread);
  EXPECT_EQ(read->variance, s.variance);
  EXPECT_THROW(read_statistics(folder.path(), 3, "other model"), Error);
  EXPECT_THROW(read_statistics(folder.path(), 4, "abc"), Error);
  std::ofstream(folder / kStatisticsFile) << "damaged";
  EXPECT_THROW(read_statistics(folder.path(), 3, "abc"), Error);
}

}  // namespace
}  // namespace equi::inspect
