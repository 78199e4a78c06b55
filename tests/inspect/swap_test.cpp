#include "core/inspect/swap.h"

#include "core/base/error.h"
#include "core/inspect/other_scene.h"
#include "core/stream/column_generator.h"
#include "tests/inspect/inspect_fixture.h"

namespace equi::inspect {
namespace {

TEST(Swap, TwiceRestoresBitForBit) {
  auto row = golden_row(24);
  const auto tokens = row.tokens({0, 24});
  const auto before = row.decode({0, 24}, {}).values;
  row.replace(exchange(row, 7, 20));
  EXPECT_EQ(token_of(row, 7),
            std::vector<float>(tokens.begin() + 20 * golden_width(), tokens.begin() + 21 * golden_width()));
  EXPECT_NE(row.decode({0, 24}, {}).values, before);
  row.replace(exchange(row, 7, 20));
  EXPECT_EQ(row.tokens({0, 24}), tokens);
  EXPECT_EQ(row.decode({0, 24}, {}).values, before);
}

TEST(Swap, APreviewKeepsNothing) {
  auto row = golden_row(20);
  const auto before = row.decode({0, 20}, {}).values;
  const auto swapped = exchange(row, 7, 19);
  const auto preview = row.decode({0, 20}, swapped).values;
  EXPECT_NE(preview, before);
  EXPECT_EQ(row.decode({0, 20}, {}).values, before);
  row.replace(swapped);
  EXPECT_EQ(row.decode({0, 20}, {}).values, preview) << "what was previewed is what comes";
}

TEST(Swap, BlendsARange) {
  auto row = golden_row(12);
  const auto other = token_of(row, 11);
  const auto none = blend_into(row, {2, 5}, other, 0, Blend::spherical);
  const auto all = blend_into(row, {2, 5}, other, 1, Blend::spherical);
  ASSERT_EQ(all.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(none[i].token, token_of(row, 2 + std::int64_t(i)));
    EXPECT_EQ(all[i].column, 2 + std::int64_t(i));
    EXPECT_EQ(all[i].token, other);
  }
  EXPECT_THROW(blend_into(row, {10, 13}, other, 1, Blend::linear), Error);
  EXPECT_THROW(blend_into(row, {5, 5}, other, 1, Blend::linear), Error);
}

// A column of a generated row, made again from what its token is a function of.
ColumnOrigin origin_of(std::int64_t column, const torch::Tensor& tokens, std::int64_t back) {
  ColumnOrigin origin;
  origin.number = column;
  origin.before = tokens.narrow(0, column - back, back);
  origin.scenes.assign(static_cast<std::size_t>(back), stream::Scene{2});
  origin.settings.assign(static_cast<std::size_t>(back) + 1, stream::quick_settings());
  origin.noise = {1, sampling::Frame::forward, column, 0};
  return origin;
}

TEST(Swap, AnotherSceneWithTheSameNoise) {
  stream::ColumnGenerator generator(golden_model().generator, stream::quick_settings());
  const auto tokens = stream::make_columns(generator, 40, {2});
  const auto back = stream::replay_columns(golden_model().manifest.generator);
  ASSERT_LT(back, 35);
  for (const auto& origin :
       {origin_of(35, tokens, back), origin_of(35, tokens, 35), origin_of(0, tokens, 0)}) {
    const auto same = token_in_scene(golden_model().generator, origin, {2});
    EXPECT_TRUE(torch::equal(same, tokens[origin.number])) << "its own scene gives its own token";
    EXPECT_FALSE(torch::equal(token_in_scene(golden_model().generator, origin, {3}), same));
  }
  EXPECT_THROW(token_in_scene(golden_model().generator, origin_of(0, tokens, 0), {99}), Error);
}

}  // namespace
}  // namespace equi::inspect
