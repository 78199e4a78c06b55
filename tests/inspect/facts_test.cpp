#include "core/inspect/facts.h"

#include "core/base/error.h"
#include "tests/inspect/inspect_fixture.h"

namespace equi::inspect {
namespace {

// A row in which only the tokens and the frames matter.
class BareRow final : public Row {
 public:
  BareRow(std::int64_t first, std::vector<Token> tokens) : first_(first), tokens_(std::move(tokens)) {}
  ColumnRange extent() const override { return {first_, first_ + static_cast<std::int64_t>(tokens_.size())}; }
  std::int64_t token_width() const override { return 2; }
  int column_pixels() const override { return 16; }
  int frame(std::int64_t column) const override { return column < 0 ? 1 : 0; }
  std::vector<float> tokens(ColumnRange columns, const std::stop_token&) override {
    require_columns(*this, columns);
    Token all;
    for (auto c = columns.begin; c < columns.end; ++c) {
      const auto& token = tokens_[static_cast<std::size_t>(c - first_)];
      all.insert(all.end(), token.begin(), token.end());
    }
    return all;
  }
  Picture decode(ColumnRange, std::span<const Replacement>, const std::stop_token&) override { return {}; }
  Picture decode_grown(ColumnRange, std::int64_t, const std::stop_token&) override { return {}; }
  ColumnRange affected(std::int64_t) const override { return extent(); }

 private:
  std::int64_t first_;
  std::vector<Token> tokens_;
};

TEST(Facts, NormNeighboursAndNearest) {
  BareRow row(0, {{1, 0}, {0, 1}, {3, 4}, {0, 2}, {30, 41}, {-3, -4}});
  const auto facts = facts_of(row, 2, {2, 100, 2});
  EXPECT_EQ(facts.token, (Token{3, 4}));
  EXPECT_DOUBLE_EQ(facts.norm, 5);
  EXPECT_DOUBLE_EQ(facts.left_distance.value(), std::sqrt(18.0));
  EXPECT_DOUBLE_EQ(facts.right_distance.value(), std::sqrt(13.0));
  ASSERT_EQ(facts.nearest.size(), 2U);
  EXPECT_EQ(facts.nearest[0].column, 4);
  EXPECT_NEAR(facts.nearest[0].cosine, 1, 1e-3);
  EXPECT_EQ(facts.nearest[1].column, 0);
  EXPECT_DOUBLE_EQ(facts.nearest[1].cosine, 0.6);
}

TEST(Facts, FramesAreNotCompared) {
  BareRow row(-2, {{3, 4}, {3, 4}, {3, 4}, {1, 0}, {0, 1}});
  const auto facts = facts_of(row, 0);
  EXPECT_FALSE(facts.left_distance) << "column -1 is of the mirrored frame";
  EXPECT_TRUE(facts.right_distance);
  ASSERT_EQ(facts.nearest.size(), 1U);
  EXPECT_EQ(facts.nearest[0].column, 2);
  EXPECT_EQ(facts_of(row, -1).frame, 1);
}

TEST(Facts, EndsHaveOneNeighbour) {
  BareRow row(0, {{3, 4}, {1, 0}});
  EXPECT_FALSE(facts_of(row, 0).left_distance);
  EXPECT_FALSE(facts_of(row, 1).right_distance);
  EXPECT_TRUE(facts_of(row, 0).nearest.empty());
  EXPECT_THROW(facts_of(row, 2), Error);
  EXPECT_THROW(facts_of(row, -1), Error);
}

TEST(Facts, OnlyColumnsWithinReachAreLookedAt) {
  BareRow row(0, std::vector<Token>(5000, Token{1, 1}));
  for (const auto& each : facts_of(row, 2500, {50, 100, 3}).nearest) {
    EXPECT_LE(std::abs(each.column - 2500), 100);
    EXPECT_GE(std::abs(each.column - 2500), 3);
  }
}

}  // namespace
}  // namespace equi::inspect
