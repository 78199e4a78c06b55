#include "core/inspect/influence.h"

#include <numeric>

#include "core/base/error.h"
#include "tests/inspect/inspect_fixture.h"

namespace equi::inspect {
namespace {

TokenStatistics statistics(Row& row) {
  return compute_statistics(row.tokens(row.extent()), row.token_width(), 4);
}

// A picture of `columns` columns of 2 pixels, 1 high, all zero.
Picture blank(ColumnRange columns) {
  const int width = static_cast<int>(columns.size()) * 2;
  return {columns, 1, width, std::vector<float>(std::size_t(width) * 3, 0.0F)};
}

TEST(Influence, IsMeasuredInLevels) {
  const auto before = blank({5, 8});
  auto after = before;
  for (int c = 0; c < 3; ++c) {
    after.row(c, 0)[2] = 2 / 127.5F;  // column 6
    after.row(c, 0)[3] = 2 / 127.5F;
    after.row(c, 0)[4] = 1 / 127.5F;  // column 7
  }
  const auto i = measure_influence(before, after, {6, 7});
  EXPECT_NEAR(i.profile[2], 4, 1e-5);
  EXPECT_NEAR(i.heat[4], 1, 1e-5);
  EXPECT_NEAR(i.total(), 9, 1e-5);
  EXPECT_NEAR(i.own_share, 8.0 / 9, 1e-6);
  EXPECT_NEAR(i.own_rms, 2, 1e-5);
  EXPECT_EQ(i.reach_first, 2);
  EXPECT_EQ(i.reach_width, 3) << "8 of 9 is less than 90 %";
}

TEST(Influence, OfSeveralColumnsCountsThemTogether) {
  const auto before = blank({5, 8});
  auto after = before;
  for (int c = 0; c < 3; ++c) {
    for (int x = 0; x < 6; ++x) after.row(c, 0)[x] = 1 / 127.5F;
  }
  EXPECT_NEAR(measure_influence(before, after, {5, 7}).own_share, 2.0 / 3, 1e-6);
  EXPECT_NEAR(measure_influence(before, after, {5, 7}).own_rms, 1, 1e-5);
}

TEST(Influence, OfNothingIsNothing) {
  const auto picture = blank({0, 3});
  const auto i = measure_influence(picture, picture, {1, 2});
  EXPECT_EQ(i.total(), 0);
  EXPECT_EQ(i.own_share, 0);
  EXPECT_EQ(i.reach_width, 0);
  EXPECT_THROW(measure_influence(picture, blank({1, 4}), {1, 2}), Error);
  EXPECT_THROW(measure_influence(picture, picture, {2, 4}), Error);
}

TEST(Influence, NarrowestInterval) {
  const auto check = [](const std::vector<double>& values, double share, int first, int width) {
    const auto interval = narrowest_interval(values, share);
    EXPECT_EQ(interval.first, first);
    EXPECT_EQ(interval.width, width);
  };
  check({0, 0, 5, 0, 5, 0}, 0.9, 2, 3);
  check({1, 1, 1, 1}, 0.5, 0, 2);
  check({0, 10, 0.1, 0}, 0.9, 1, 1);
  check({0, 0}, 0.9, 0, 0);
  check({3}, 0.9, 0, 1);
}

// Column 40 lies in the windows 32..48 and 40..56, which are shown from 34 to 54 (see the streaming decoder).
TEST(Influence, IsWhereTheWindowsThatHoldTheTokenAreShown) {
  auto row = golden_row(64);
  EXPECT_EQ(row.affected(40), (ColumnRange{34, 54}));
  const auto i = influence_of(row, 40, Token(std::size_t(golden_width()), 0.0F));
  EXPECT_EQ(i.columns, (ColumnRange{34, 54}));
  EXPECT_GT(i.own_share, 0);
  EXPECT_LE(i.own_share, 1);
  EXPECT_GT(i.reach_width, 0);
  EXPECT_LE(i.reach_width, i.width);

  // The whole row says the same: nothing changes outside, everything that changes is inside.
  const std::vector<Replacement> zero = {{40, Token(std::size_t(golden_width()), 0.0F)}};
  const auto whole = measure_influence(row.decode({0, 64}, {}), row.decode({0, 64}, zero), {40, 41});
  const int px = row.column_pixels();
  const auto sum = [&](int from, int to) {
    return std::accumulate(whole.profile.begin() + from * px, whole.profile.begin() + to * px, 0.0);
  };
  EXPECT_EQ(sum(0, 34), 0);
  EXPECT_EQ(sum(54, 64), 0);
  EXPECT_DOUBLE_EQ(sum(34, 54), i.total());
  EXPECT_DOUBLE_EQ(whole.own_share, i.own_share);
  EXPECT_EQ(whole.reach_width, i.reach_width);
}

TEST(Influence, EveryColumnsAffectedRangeIsTight) {
  for (const std::int64_t count : {5, 29}) {
    auto row = golden_row(count, 3);
    const auto before = row.decode(row.extent(), {});
    for (std::int64_t c = 3; c < 3 + count; c += 7) {
      const std::vector<Replacement> zero = {{c, Token(std::size_t(golden_width()), 0.0F)}};
      const auto i = measure_influence(before, row.decode(row.extent(), zero), {c, c + 1});
      const auto affected = row.affected(c);
      const int px = row.column_pixels();
      for (std::int64_t other = 3; other < 3 + count; ++other) {
        const auto at = i.profile.begin() + (other - 3) * px;
        const bool changed = std::accumulate(at, at + px, 0.0) > 0;
        EXPECT_EQ(changed, other >= affected.begin && other < affected.end)
            << "column " << c << " on column " << other << " of " << count;
      }
    }
  }
}

TEST(Influence, OfATokensOwnTokenIsZero) {
  auto row = golden_row(30);
  EXPECT_EQ(influence_of(row, 12, token_of(row, 12)).total(), 0);
}

TEST(Influence, APreviewDecodesOnlyTheWindowsThatCoverTheChange) {
  auto row = golden_row(400);
  influence_of(row, 200, token_of(row, 3));
  EXPECT_LE(row.windows_decoded(), 2 * 4);
  const auto warm = row.windows_decoded();
  const std::vector<Replacement> other = {{200, token_of(row, 4)}};
  row.decode(row.affected(200), other);
  EXPECT_LE(row.windows_decoded() - warm, 2) << "windows without the token are still in the cache";
}

TEST(Influence, Substitutes) {
  auto row = golden_row(10, -4);
  const auto s = statistics(row);
  EXPECT_EQ(substitute_token(row, 0, Substitute::zero, s, 1), Token(std::size_t(golden_width()), 0.0F));
  EXPECT_EQ(substitute_token(row, 0, Substitute::mean, s, 1), s.mean);
  EXPECT_EQ(substitute_token(row, 0, Substitute::left, s, 1), token_of(row, -1));
  EXPECT_EQ(substitute_token(row, 0, Substitute::right, s, 1), token_of(row, 1));
  EXPECT_EQ(substitute_token(row, -4, Substitute::left, s, 1), token_of(row, -3)) << "the other neighbour";
  EXPECT_EQ(substitute_token(row, 5, Substitute::right, s, 1), token_of(row, 4));
  EXPECT_EQ(substitute_token(row, 0, Substitute::random, s, 1),
            substitute_token(row, 0, Substitute::random, s, 1));
  EXPECT_NE(substitute_token(row, 0, Substitute::random, s, 1),
            substitute_token(row, 0, Substitute::random, s, 2));
  auto lonely = golden_row(1);
  EXPECT_THROW(substitute_token(lonely, 0, Substitute::left, s, 1), Error);
  for (const auto each : all_substitutes()) EXPECT_EQ(parse_substitute(name(each)), each);
  EXPECT_THROW(parse_substitute("nothing"), Error);
}

TEST(Influence, TheSummaryIsAlignedAtTheColumns) {
  const auto influence = [](std::int64_t column, ColumnRange columns, float own, float right) {
    const auto before = blank(columns);
    auto after = before;
    for (int c = 0; c < 3; ++c) {
      for (int x = 0; x < 2; ++x) {
        after.row(c, 0)[(column - columns.begin) * 2 + x] = own;
        after.row(c, 0)[(column - columns.begin + 1) * 2 + x] = right;
      }
    }
    return measure_influence(before, after, {column, column + 1});
  };
  const auto s = summarize({influence(3, {2, 6}, 0.3F, 0.1F), influence(9, {6, 12}, 0.2F, 0.2F)}, 2);
  EXPECT_EQ(s.columns, 2);
  EXPECT_NEAR(s.own_share, (0.9 + 0.5) / 2, 1e-6);
  EXPECT_EQ(s.profile_first, -6);
  ASSERT_EQ(s.profile.size(), 12U);
  EXPECT_NEAR(s.profile[6], (0.45 + 0.25) / 2, 1e-6) << "the first pixel of the own column";
  EXPECT_NEAR(s.profile[8], (0.05 + 0.25) / 2, 1e-6) << "the first pixel of the next one";
  EXPECT_NEAR(std::accumulate(s.profile.begin(), s.profile.end(), 0.0), 1, 1e-9);
  EXPECT_EQ(summarize({}, 2).columns, 0);
}

TEST(Influence, RefusesColumnsThatDoNotExist) {
  auto row = golden_row(10);
  for (const std::int64_t column : {-1, 10, 1000000}) {
    EXPECT_THROW(influence_of(row, column, Token(std::size_t(golden_width()), 0.0F)), Error) << column;
  }
  EXPECT_NO_THROW(influence_of(row, 9, Token(std::size_t(golden_width()), 0.0F))) << "at the frontier";
  try {
    influence_of(row, 3, Token(7, 0.0F));
    FAIL() << "took a token of another model";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_input);
    EXPECT_EQ(error.where(), "column 3");
    EXPECT_NE(error.message().find("7 numbers"), std::string::npos);
  }
}

}  // namespace
}  // namespace equi::inspect
