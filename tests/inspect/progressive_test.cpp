#include "core/inspect/progressive.h"

#include "core/base/error.h"
#include "tests/inspect/inspect_fixture.h"

namespace equi::inspect {
namespace {

Progressive make(Row& row, ColumnRange columns, Order order) {
  return {columns, order, 3, compute_statistics(row.tokens(row.extent()), row.token_width(), 0)};
}

TEST(Progressive, Orders) {
  using List = std::vector<std::int64_t>;
  EXPECT_EQ(replacement_order({3, 7}, Order::left_right), (List{3, 4, 5, 6}));
  EXPECT_EQ(replacement_order({3, 7}, Order::right_left), (List{6, 5, 4, 3}));
  EXPECT_EQ(replacement_order({3, 7}, Order::centre_out), (List{4, 5, 3, 6}));
  EXPECT_EQ(replacement_order({0, 5}, Order::centre_out), (List{2, 1, 3, 0, 4}));
  EXPECT_EQ(replacement_order({-2, 2}, Order::prediction), (List{0, 1, -1, -2}));
  for (const auto order : {Order::left_right, Order::right_left, Order::centre_out, Order::prediction}) {
    EXPECT_EQ(parse_order(name(order)), order);
  }
  EXPECT_THROW(parse_order("upwards"), Error);
}

TEST(Progressive, EndsInThePlainReconstruction) {
  auto row = golden_row(30);
  const auto plain = row.decode({4, 25}, {}).values;
  for (const auto order : {Order::left_right, Order::right_left, Order::centre_out}) {
    const auto progressive = make(row, {4, 25}, order);
    EXPECT_EQ(progressive.steps(), 21);
    EXPECT_EQ(progressive_frame(row, progressive, 21).values, plain) << name(order);
    EXPECT_NE(progressive_frame(row, progressive, 20).values, plain) << name(order);
  }
  EXPECT_EQ(progressive_frame(row, make(row, {0, 30}, Order::prediction), 30).values,
            row.decode({0, 30}, {}).values);
}

TEST(Progressive, EachStepChangesWhereItsColumnWorks) {
  auto row = golden_row(48);
  const auto progressive = make(row, {0, 48}, Order::left_right);
  const int px = row.column_pixels();
  const auto a = progressive_frame(row, progressive, 40), b = progressive_frame(row, progressive, 41);
  const auto affected = row.affected(40);
  for (std::int64_t c = 0; c < 48; ++c) {
    bool same = true;
    for (int y = 0; y < a.height; ++y) {
      same = same && std::equal(a.row(0, y) + c * px, a.row(0, y) + (c + 1) * px, b.row(0, y) + c * px);
    }
    EXPECT_EQ(same, c < affected.begin || c >= affected.end) << c;
  }
}

TEST(Progressive, ThePredictionPhaseShowsWhatWasMade) {
  auto row = golden_row(30);
  const auto progressive = make(row, {0, 30}, Order::prediction);
  const auto nothing = progressive_frame(row, progressive, 0);
  EXPECT_EQ(nothing.values, std::vector<float>(nothing.values.size(), 0.0F)) << "grey";
  const auto some = progressive_frame(row, progressive, 20);
  auto shorter = golden_row(20);
  const auto alone = shorter.decode({0, 20}, {});
  for (int y = 0; y < some.height; ++y) {
    EXPECT_TRUE(std::equal(alone.row(1, y), alone.row(1, y) + alone.width, some.row(1, y))) << y;
    EXPECT_EQ(some.row(1, y)[alone.width], 0);
  }
}

TEST(Progressive, FramesAreSpreadEvenlyAndKeepBothEnds) {
  using List = std::vector<std::int64_t>;
  EXPECT_EQ(frame_steps(4, 100), (List{0, 1, 2, 3, 4}));
  EXPECT_EQ(frame_steps(100, 3), (List{0, 50, 100}));
  EXPECT_EQ(frame_steps(1, 2), (List{0, 1}));
  const auto many = frame_steps(977, 60);
  EXPECT_EQ(many.size(), 60U);
  EXPECT_EQ(many.front(), 0);
  EXPECT_EQ(many.back(), 977);
  EXPECT_THROW(frame_steps(10, 1), Error);
}

TEST(Progressive, RefusesWhatDoesNotExist) {
  auto row = golden_row(10);
  EXPECT_THROW(progressive_frame(row, make(row, {5, 11}, Order::left_right), 1), Error);
  EXPECT_THROW(progressive_frame(row, make(row, {0, 10}, Order::left_right), 11), Error);
  EXPECT_THROW(progressive_frame(row, make(row, {0, 10}, Order::left_right), -1), Error);
  EXPECT_THROW(progressive_frame(row, make(row, {0, 0}, Order::left_right), 0), Error);
  std::stop_source source;
  source.request_stop();
  EXPECT_THROW(progressive_frame(row, make(row, {0, 10}, Order::left_right), 1, source.get_token()), Error);
}

}  // namespace
}  // namespace equi::inspect
