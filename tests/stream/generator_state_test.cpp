#include "core/base/error.h"
#include "tests/stream/stream_fixture.h"

namespace equi::stream {
namespace {

const GeneratorConfig& config() {
  return golden_model().manifest.generator;
}

bool equal_states(const GeneratorState& a, const GeneratorState& b) {
  if (a.origin != b.origin || a.columns != b.columns || a.batch != b.batch) return false;
  if (!torch::equal(a.pending, b.pending)) return false;
  for (std::size_t i = 0; i < a.keys.size(); ++i) {
    if (!torch::equal(a.keys[i], b.keys[i]) || !torch::equal(a.values[i], b.values[i])) return false;
  }
  return true;
}

TEST(GeneratorState, ReplayOfABoundedPastIsExactToTheBit) {
  ColumnGenerator whole(golden_model().generator, quick_settings());
  const auto tokens = make_columns(whole, 60, {2});
  const std::int64_t count = replay_columns(config());
  EXPECT_EQ(count, std::int64_t{config().cond_length} * config().blocks + 1);
  ColumnGenerator rebuilt(golden_model().generator, quick_settings());
  const std::vector<Scene> scenes(static_cast<std::size_t>(count), Scene{2});
  replay(rebuilt, tokens.narrow(0, 60 - count, count), 0, 60 - count, scenes);
  EXPECT_TRUE(equal_states(rebuilt.state(), whole.state()));
  EXPECT_TRUE(torch::equal(make_columns(rebuilt, 5, {2}), make_columns(whole, 5, {2})));
}

TEST(GeneratorState, OneColumnLessIsNotEnough) {
  ColumnGenerator whole(golden_model().generator, quick_settings());
  const auto tokens = make_columns(whole, 60, {2});
  const std::int64_t count = replay_columns(config()) - 1;
  ColumnGenerator rebuilt(golden_model().generator, quick_settings());
  const std::vector<Scene> scenes(static_cast<std::size_t>(count), Scene{2});
  replay(rebuilt, tokens.narrow(0, 60 - count, count), 0, 60 - count, scenes);
  EXPECT_FALSE(equal_states(rebuilt.state(), whole.state()));
}

TEST(GeneratorState, ReplayFromTheStartNeedsNoMoreThanTheColumns) {
  ColumnGenerator whole(golden_model().generator, quick_settings());
  whole.start(-40);
  const auto tokens = make_columns(whole, 5);
  ColumnGenerator rebuilt(golden_model().generator, quick_settings());
  const std::vector<Scene> scenes(5);
  replay(rebuilt, tokens, -40, 0, scenes);
  EXPECT_EQ(rebuilt.column(), -35);
  EXPECT_TRUE(equal_states(rebuilt.state(), whole.state()));
}

TEST(GeneratorState, ReplayFollowsSceneChanges) {
  const auto scene_at = [](std::int64_t k) {
    return k < 20 ? Scene{0} : k < 28 ? Scene{0, 3, static_cast<double>(k - 19) / 9} : Scene{3};
  };
  ColumnGenerator whole(golden_model().generator, quick_settings());
  std::vector<torch::Tensor> made;
  for (std::int64_t k = 0; k < 34; ++k) made.push_back(make_columns(whole, 1, scene_at(k))[0]);
  const std::int64_t first = 34 - replay_columns(config());
  std::vector<Scene> scenes;
  for (std::int64_t k = first; k < 34; ++k) scenes.push_back(scene_at(k));
  ColumnGenerator rebuilt(golden_model().generator, quick_settings());
  const auto tokens = torch::stack(made).narrow(0, first, 34 - first);
  replay(rebuilt, tokens, 0, first, scenes);
  EXPECT_TRUE(equal_states(rebuilt.state(), whole.state()));
}

TEST(GeneratorState, OfAnotherModelOrBatchIsRefused) {
  ColumnGenerator one(golden_model().generator, quick_settings());
  ColumnGenerator two(golden_model().generator, quick_settings(), 2);
  auto plain_settings = quick_settings();
  plain_settings.guidance.scale = 1.0;
  ColumnGenerator single_branch(golden_model().generator, plain_settings, 1, false);
  make_columns(one, 2);
  EXPECT_THROW(two.restore(one.state()), Error);
  EXPECT_THROW(single_branch.restore(one.state()), Error);
  auto cut = one.state();
  cut.values.pop_back();
  EXPECT_THROW(one.restore(cut), Error);
}

}  // namespace
}  // namespace equi::stream
