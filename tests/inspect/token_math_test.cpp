#include "core/inspect/token_math.h"

#include <cmath>

#include <gtest/gtest.h>

#include "core/base/error.h"

namespace equi::inspect {
namespace {

TEST(TokenMath, NormDistanceAndCosine) {
  const Token a = {3, 4}, b = {-4, 3}, zero = {0, 0};
  EXPECT_DOUBLE_EQ(norm(a), 5);
  EXPECT_DOUBLE_EQ(distance(a, b), std::sqrt(50.0));
  EXPECT_DOUBLE_EQ(cosine(a, b), 0);
  EXPECT_DOUBLE_EQ(cosine(a, a), 1);
  EXPECT_DOUBLE_EQ(cosine(a, zero), 0);
}

TEST(TokenMath, BlendsEndAtTheTokensThemselves) {
  const Token a = {0.1F, 1e-30F, 3}, b = {7.7F, -2, 0.3F};
  for (const auto blend : {Blend::linear, Blend::spherical}) {
    EXPECT_EQ(blend_tokens(a, b, 0, blend), a);
    EXPECT_EQ(blend_tokens(a, b, 1, blend), b);
  }
}

TEST(TokenMath, LinearGoesStraight) {
  EXPECT_EQ(blend_tokens(Token{0, 4}, Token{2, 0}, 0.25, Blend::linear), (Token{0.5F, 3}));
}

TEST(TokenMath, SphericalKeepsTheLength) {
  const Token a = {2, 0}, b = {0, 4};
  const auto middle = blend_tokens(a, b, 0.5, Blend::spherical);
  EXPECT_NEAR(norm(middle), 3, 1e-6) << "half way between lengths 2 and 4";
  EXPECT_NEAR(middle[0], middle[1], 1e-6) << "half way between the directions";
  EXPECT_LT(norm(blend_tokens(a, b, 0.5, Blend::linear)), 3);
}

TEST(TokenMath, OppositeOrZeroTokensAreBlendedStraight) {
  EXPECT_EQ(blend_tokens(Token{1, 0}, Token{-1, 0}, 0.5, Blend::spherical), (Token{0, 0}));
  EXPECT_EQ(blend_tokens(Token{0, 0}, Token{0, 2}, 0.5, Blend::spherical), (Token{0, 1}));
}

TEST(TokenMath, RefusesTokensOfAnotherModelAndAmountsOutside) {
  EXPECT_THROW(blend_tokens(Token{1, 2}, Token{1, 2, 3}, 0.5, Blend::linear), Error);
  EXPECT_THROW(blend_tokens(Token{1}, Token{2}, 1.5, Blend::linear), Error);
  EXPECT_THROW(blend_tokens(Token{1}, Token{2}, std::nan(""), Blend::linear), Error);
  EXPECT_THROW(parse_blend("cubic"), Error);
  EXPECT_EQ(parse_blend(name(Blend::spherical)), Blend::spherical);
}

}  // namespace
}  // namespace equi::inspect
