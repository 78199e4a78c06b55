#include "core/stream/window_plan.h"

#include <gtest/gtest.h>

#include "core/base/error.h"

namespace equi::stream {
namespace {

const WindowLayout kLayouts[] = {{16, 8, 4},  {16, 8, 8}, {16, 8, 0}, {16, 4, 4}, {16, 4, 2}, {16, 12, 4},
                                 {16, 16, 0}, {16, 5, 3}, {16, 1, 1}, {2, 1, 1},  {9, 3, 2},  {24, 8, 8}};
const std::int64_t kBegins[] = {0, -16, 8, 3, -5, -1000003, 30000001};

std::string describe(const WindowLayout& l, ColumnRange extent) {
  return std::to_string(l.window) + "/" + std::to_string(l.hop) + "/" + std::to_string(l.ramp) + " in " +
         std::to_string(extent.begin) + ".." + std::to_string(extent.end);
}

// The piece of one column, with the whole region's bounds taken out.
Piece piece_of(const WindowPlan& plan, std::int64_t column) {
  const auto pieces = plan.pieces({column, column + 1});
  EXPECT_EQ(pieces.size(), 1U);
  return pieces.front();
}

template <typename Check>
void for_every_plan(Check check) {
  for (const auto& layout : kLayouts) {
    for (const auto begin : kBegins) {
      for (std::int64_t size = 1; size <= 70; ++size) {
        const ColumnRange extent{begin, begin + size};
        SCOPED_TRACE(describe(layout, extent));
        check(layout, extent, WindowPlan(layout, extent));
        if (testing::Test::HasFailure()) return;
      }
    }
  }
}

TEST(WindowPlan, PiecesTileTheSpan) {
  for_every_plan([](const WindowLayout&, ColumnRange extent, const WindowPlan& plan) {
    std::int64_t at = extent.begin;
    for (const auto& piece : plan.pieces(extent)) {
      ASSERT_EQ(piece.columns.begin, at);
      ASSERT_GT(piece.columns.size(), 0);
      at = piece.columns.end;
    }
    ASSERT_EQ(at, extent.end);
  });
}

TEST(WindowPlan, WindowsHoldTheColumnsTheyShowAndLieInTheRow) {
  for_every_plan([](const WindowLayout& layout, ColumnRange extent, const WindowPlan& plan) {
    for (const auto& piece : plan.pieces(extent)) {
      for (const auto& window : {piece.window, piece.fades() ? piece.previous : piece.window}) {
        ASSERT_LE(window.begin, piece.columns.begin);
        ASSERT_GE(window.end, piece.columns.end);
        ASSERT_GE(window.begin, extent.begin);
        ASSERT_LE(window.end, extent.end);
        ASSERT_EQ(window.size(), std::min(layout.window, extent.size()));
      }
    }
  });
}

TEST(WindowPlan, FinalWindowsStartOnTheGridAnchoredAtZero) {
  for_every_plan([](const WindowLayout& layout, ColumnRange extent, const WindowPlan& plan) {
    for (const auto& window : plan.windows(extent)) {
      const bool on_grid = window.begin % layout.hop == 0, first = window.begin == extent.begin,
                 frontier = window.end == extent.end;
      ASSERT_TRUE(on_grid || first || frontier) << window.begin;
    }
  });
}

TEST(WindowPlan, MarginsAreShownOnlyAtTheEndsOfTheRow) {
  for_every_plan([](const WindowLayout& layout, ColumnRange extent, const WindowPlan& plan) {
    for (const auto& piece : plan.pieces(extent)) {
      for (const auto& window : {piece.window, piece.fades() ? piece.previous : piece.window}) {
        if (window.begin != extent.begin) {
          ASSERT_GE(piece.columns.begin, window.begin + layout.margin());
        }
        if (window.end < extent.end) {
          ASSERT_LE(piece.columns.end, window.end - layout.margin());
        }
      }
    }
  });
}

TEST(WindowPlan, SettledColumnsKeepTheirPieces) {
  for (const auto& layout : kLayouts) {
    for (const auto begin : kBegins) {
      for (std::int64_t size = 1; size <= 50; ++size) {
        SCOPED_TRACE(describe(layout, {begin, begin + size}));
        const WindowPlan now(layout, {begin, begin + size});
        for (const std::int64_t more : {1, 2, 7, 8, 40, 1000}) {
          const WindowPlan later(layout, {begin, begin + size + more});
          ASSERT_GE(later.settled_end(), now.settled_end());
          for (std::int64_t c = begin; c < now.settled_end(); ++c) {
            ASSERT_EQ(piece_of(later, c), piece_of(now, c)) << c;
          }
        }
      }
    }
  }
}

TEST(WindowPlan, ProvisionalColumnsComeFromTheNewestWindow) {
  for_every_plan([](const WindowLayout&, ColumnRange extent, const WindowPlan& plan) {
    ASSERT_LT(plan.settled_end(), extent.end + 1);
    for (std::int64_t c = plan.settled_end(); c < extent.end; ++c) {
      ASSERT_EQ(piece_of(plan, c).window.end, extent.end) << c;
    }
  });
}

TEST(WindowPlan, OnlyABoundedTailIsProvisional) {
  for_every_plan([](const WindowLayout& layout, ColumnRange extent, const WindowPlan& plan) {
    if (extent.size() < layout.window) {
      ASSERT_EQ(plan.settled_end(), extent.begin);
    } else {
      ASSERT_LE(extent.end - plan.settled_end(), layout.window);
    }
  });
}

TEST(WindowPlan, ARequestMayBeCutAnywhere) {
  for_every_plan([](const WindowLayout&, ColumnRange extent, const WindowPlan& plan) {
    for (const auto& whole : plan.pieces(extent)) {
      for (std::int64_t c = whole.columns.begin; c < whole.columns.end; ++c) {
        auto expected = whole;
        expected.columns = {c, c + 1};
        ASSERT_EQ(piece_of(plan, c), expected);
      }
    }
  });
}

TEST(WindowPlan, ShiftsWithTheGrid) {
  for (const auto& layout : kLayouts) {
    for (const std::int64_t hops : {-40, 3, 1000000}) {
      const std::int64_t shift = hops * layout.hop;
      const auto here = WindowPlan(layout, {-3, 61}).pieces({-3, 61});
      const auto there = WindowPlan(layout, {-3 + shift, 61 + shift}).pieces({-3 + shift, 61 + shift});
      ASSERT_EQ(here.size(), there.size());
      for (std::size_t i = 0; i < here.size(); ++i) {
        EXPECT_EQ(here[i].columns.begin + shift, there[i].columns.begin);
        EXPECT_EQ(here[i].window.begin + shift, there[i].window.begin);
        EXPECT_EQ(here[i].fade.size(), there[i].fade.size());
      }
    }
  }
}

TEST(WindowPlan, TheUsualLayoutSpeltOut) {
  const WindowPlan plan({16, 8, 4}, {0, 27});  // windows at 0 and 8 are full; 16..32 is not
  EXPECT_EQ(plan.settled_end(), 18);
  const std::vector<Piece> expected = {
      {{0, 10}, {0, 16}, {}, {}},   {{10, 14}, {8, 24}, {0, 16}, {10, 14}},
      {{14, 18}, {8, 24}, {}, {}},  {{18, 22}, {11, 27}, {8, 24}, {18, 22}},
      {{22, 27}, {11, 27}, {}, {}},
  };
  EXPECT_EQ(plan.pieces({0, 27}), expected);
  EXPECT_EQ(plan.windows({0, 27}), (std::vector<ColumnRange>{{0, 16}, {8, 24}, {11, 27}}));
  EXPECT_EQ(plan.windows({14, 18}), (std::vector<ColumnRange>{{8, 24}}));
}

TEST(WindowPlan, ARowShorterThanAWindowIsProvisional) {
  const WindowPlan plan({16, 8, 4}, {0, 5});
  EXPECT_EQ(plan.settled_end(), 0);
  EXPECT_EQ(plan.windows({0, 5}), (std::vector<ColumnRange>{{0, 5}}));
}

TEST(WindowPlan, CostsTheSameAtAnyColumn) {
  const std::int64_t far = 1000000000000;
  const WindowPlan plan({16, 8, 4}, {0, far + 64});
  EXPECT_EQ(plan.windows({far, far + 16}).size(), plan.windows({800, 816}).size());
  EXPECT_EQ(plan.windows({far, far + 16}).size(), 3U);
}

TEST(WindowPlan, SaysHowFarTheRowMustReach) {
  EXPECT_EQ(end_that_settles({16, 8, 4}, 0, 16), 24);
  EXPECT_EQ(end_that_settles({16, 8, 4}, 0, 10), 16);
  for (const auto& layout : kLayouts) {
    for (const std::int64_t column : {1, 16, 17, 100}) {
      const auto end = end_that_settles(layout, -3, column);
      EXPECT_GE(WindowPlan(layout, {-3, end}).settled_end(), column);
      if (end > column && end > -3 + layout.window) {
        EXPECT_LT(WindowPlan(layout, {-3, end - 1}).settled_end(), column) << "no further than needed";
      }
    }
  }
}

TEST(WindowPlan, RefusesWhatDoesNotFit) {
  EXPECT_THROW(WindowPlan({16, 8, 4}, {5, 5}), Error);
  EXPECT_THROW(WindowPlan({16, 8, 4}, {5, 4}), Error);
  EXPECT_THROW(WindowPlan({16, 8, 4}, {std::numeric_limits<std::int64_t>::min(), 0}), Error);
  EXPECT_THROW(validate(WindowLayout{16, 0, 0}), Error);
  EXPECT_THROW(validate(WindowLayout{16, 17, 0}), Error);
  EXPECT_THROW(validate(WindowLayout{16, 8, 3}), Error) << "an odd rest";
  EXPECT_THROW(validate(WindowLayout{16, 4, 6}), Error) << "ramps would meet";
  EXPECT_THROW(validate(WindowLayout{16, 12, 6}), Error) << "longer than the overlap";
  EXPECT_THROW(validate(WindowLayout{1, 1, 0}), Error);
  EXPECT_THROW(validate(WindowLayout{1 << 20, 8, 0}), Error);
}

}  // namespace
}  // namespace equi::stream
