#include "core/base/error.h"
#include "core/stream/state_io.h"
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
  rebuilt.replay(tokens.narrow(0, 60 - count, count).unsqueeze(0), 0, 60 - count, scenes);
  EXPECT_TRUE(equal_states(rebuilt.state(), whole.state()));
  EXPECT_TRUE(torch::equal(make_columns(rebuilt, 5, {2}), make_columns(whole, 5, {2})));
}

TEST(GeneratorState, OneColumnLessIsNotEnough) {
  ColumnGenerator whole(golden_model().generator, quick_settings());
  const auto tokens = make_columns(whole, 60, {2});
  const std::int64_t count = replay_columns(config()) - 1;
  ColumnGenerator rebuilt(golden_model().generator, quick_settings());
  const std::vector<Scene> scenes(static_cast<std::size_t>(count), Scene{2});
  rebuilt.replay(tokens.narrow(0, 60 - count, count).unsqueeze(0), 0, 60 - count, scenes);
  EXPECT_FALSE(equal_states(rebuilt.state(), whole.state()));
}

TEST(GeneratorState, ReplayFromTheStartNeedsNoMoreThanTheColumns) {
  ColumnGenerator whole(golden_model().generator, quick_settings());
  whole.start(-40);
  const auto tokens = make_columns(whole, 5);
  ColumnGenerator rebuilt(golden_model().generator, quick_settings());
  const std::vector<Scene> scenes(5);
  rebuilt.replay(tokens.unsqueeze(0), -40, 0, scenes);
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
  rebuilt.replay(tokens.unsqueeze(0), 0, first, scenes);
  EXPECT_TRUE(equal_states(rebuilt.state(), whole.state()));
}

TEST(GeneratorState, AFailedReplayChangesNothing) {
  ColumnGenerator generator(golden_model().generator, quick_settings());
  make_columns(generator, 4);
  const auto before = generator.state();
  const std::vector<Scene> wrong(3, Scene{77}), too_few(2);
  const auto tokens = torch::randn({1, 3, config().token_width});
  EXPECT_THROW(generator.replay(tokens, 0, 0, wrong), Error);
  EXPECT_THROW(generator.replay(tokens, 0, 0, too_few), Error);
  EXPECT_THROW(generator.replay(tokens.narrow(1, 0, 0), 0, 9, {}), Error);
  EXPECT_TRUE(equal_states(generator.state(), before));
}

TEST(GeneratorState, SavedAndLoadedIsTheSameToTheBit) {
  for (const std::int64_t columns : {1, 3, 40}) {
    ColumnGenerator generator(golden_model().generator, quick_settings());
    generator.start(-7);
    make_columns(generator, columns);
    const auto bytes = save_state(generator.state());
    EXPECT_EQ(save_state(load_state(bytes, torch::kCPU, "test")), bytes);
    ColumnGenerator other(golden_model().generator, quick_settings());
    other.restore(load_state(bytes, torch::kCPU, "test"));
    EXPECT_TRUE(torch::equal(make_columns(other, 6), make_columns(generator, 6)));
  }
}

TEST(GeneratorState, AnEmptyStateCanBeSavedToo) {
  ColumnGenerator generator(golden_model().generator, quick_settings());
  const auto loaded = load_state(save_state(generator.state()), torch::kCPU, "test");
  ColumnGenerator other(golden_model().generator, quick_settings());
  other.restore(loaded);
  EXPECT_TRUE(torch::equal(make_columns(other, 3), make_columns(generator, 3)));
}

TEST(GeneratorState, DamagedBytesAreRefusedAtEveryLength) {
  ColumnGenerator generator(golden_model().generator, quick_settings());
  make_columns(generator, 2);
  auto bytes = save_state(generator.state());
  for (std::size_t length = 0; length < bytes.size(); length += length < 128 ? 1 : 997) {
    EXPECT_THROW(load_state({bytes.data(), length}, torch::kCPU, "test"), Error) << length;
  }
  bytes.push_back(std::byte{0});
  EXPECT_THROW(load_state(bytes, torch::kCPU, "test"), Error) << "longer";
  bytes.pop_back();
  for (std::size_t field = 0; field < 11; ++field) {
    if (field == 1 || field == 3) continue;  // any origin and any column are possible
    auto damaged = bytes;
    damaged[field * 8 + 6] = std::byte{0x7f};
    EXPECT_THROW(load_state(damaged, torch::kCPU, "test"), Error) << "field " << field;
  }
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

TEST(GeneratorState, BranchesOutIntoVariationsAndBack) {
  ColumnGenerator single(golden_model().generator, quick_settings());
  make_columns(single, 20);
  const auto bookmark = single.state();
  ColumnGenerator four(golden_model().generator, quick_settings(), 4);
  four.restore(repeat_state(bookmark, 4));
  const Scene scene;
  const auto noise = torch::randn({4, config().token_width});
  const auto tokens = four.next(noise, {&scene, 1});
  for (std::int64_t take = 0; take < 4; ++take) {
    single.restore(bookmark);
    EXPECT_LE(relative_error(single.next(noise.narrow(0, take, 1), {&scene, 1})[0], tokens[take]), 1e-5);
    const auto chosen = select_state(four.state(), take);
    EXPECT_TRUE(torch::equal(chosen.pending[0], tokens[take]));
    const auto expected = make_columns(single, 3);
    single.restore(chosen);
    EXPECT_LE(relative_error(make_columns(single, 3), expected), 1e-5) << "goes on from the chosen one";
  }
}

}  // namespace
}  // namespace equi::stream
