#include "core/canvas/state.h"

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "core/canvas/command.h"

namespace equi::canvas {
namespace {

State with_columns(std::int64_t forward, std::int64_t mirrored_own) {
  State state;
  state.forward.segments = {{1, 0, forward}};
  if (mirrored_own >= 0) {
    state.mirrored.context = kContextColumns;
    state.mirrored.segments = {{2, 0, kContextColumns + mirrored_own}};
  }
  return state;
}

TEST(CanvasState, TheMirroredFrameCountsLeftwardsFromItsContext) {
  const State state = with_columns(40, 5);
  EXPECT_EQ(state.to_document(FrameId::mirrored, 0), 15);
  EXPECT_EQ(state.to_document(FrameId::mirrored, 16), -1);
  EXPECT_EQ(state.to_frame(FrameId::mirrored, -3), 18);
  EXPECT_EQ(state.left_end(), -5);
  EXPECT_EQ(state.right_end(), 40);
}

TEST(CanvasState, APhotoIsContinuedFromItsLastColumns) {
  State state;
  state.photo = 1;
  state.photo_columns = 50;
  EXPECT_EQ(state.left_end(), 0);
  EXPECT_EQ(state.right_end(), 50);
  EXPECT_EQ(state.to_document(FrameId::forward, 16), 50);
  EXPECT_EQ(state.to_document(FrameId::mirrored, 16), -1);
  state.photo_columns = 3;
  EXPECT_EQ(state.context_columns(), 3);
  EXPECT_EQ(state.to_document(FrameId::forward, 3), 3);
  EXPECT_EQ(state.to_document(FrameId::mirrored, 3), -1);
}

TEST(CanvasState, AScenesChangeRampsOutwards) {
  State state;
  state.scene = 4;
  state.scenes = {{-2, 9, 0}, {10, 7, 3}};
  EXPECT_EQ(state.scene_at(9), (SceneAt{4, 4, 0}));
  EXPECT_EQ(state.scene_at(10), (SceneAt{4, 7, 0.25}));
  EXPECT_EQ(state.scene_at(12), (SceneAt{4, 7, 0.75}));
  EXPECT_EQ(state.scene_at(13), (SceneAt{7, 7, 0}));
  EXPECT_EQ(state.scene_at(-1), (SceneAt{4, 4, 0})) << "a change on the left works to the left";
  EXPECT_EQ(state.scene_at(-2), (SceneAt{9, 9, 0}));
}

TEST(CanvasState, SettingsHoldFromTheirColumnOutwards) {
  State state;
  state.settings.guidance.scale = 1;
  SettingsChange right{5, state.settings}, left{-5, state.settings};
  right.settings.guidance.scale = 2;
  left.settings.guidance.scale = 3;
  state.later_settings = {left, right};
  EXPECT_EQ(state.settings_at(4).guidance.scale, 1);
  EXPECT_EQ(state.settings_at(5).guidance.scale, 2);
  EXPECT_EQ(state.settings_at(-4).guidance.scale, 1);
  EXPECT_EQ(state.settings_at(-5).guidance.scale, 3);
}

TEST(CanvasState, ASceneChangeCutsOffWhatIsBeyond) {
  State state = apply_command(with_columns(40, 5), ChangeScene{{20, 3, 8}});
  EXPECT_EQ(state.right_end(), 20);
  EXPECT_EQ(state.left_end(), -5);
  state = apply_command(state, ChangeScene{{-3, 2, 0}});
  EXPECT_EQ(state.left_end(), -2);
  EXPECT_EQ(state.scenes.size(), 2U);
  state = apply_command(state, ChangeScene{{18, 1, 8}});
  EXPECT_EQ(state.scenes, (std::vector<SceneChange>{{-3, 2, 0}, {18, 1, 8}}))
      << "it replaces those beyond it";
}

TEST(CanvasState, TheLeftGoesWithTheColumnsItWasMadeFrom) {
  EXPECT_TRUE(apply_command(with_columns(40, 5), CutOff{16}).mirrored.started());
  EXPECT_FALSE(apply_command(with_columns(40, 5), CutOff{15}).mirrored.started());
  EXPECT_TRUE(apply_command(with_columns(40, 5), CutOff{24}, 24).mirrored.started());
  EXPECT_FALSE(apply_command(with_columns(40, 5), CutOff{23}, 24).mirrored.started());
}

// Of a photo that only the left continues, the right has its context there, too.
TEST(CanvasState, APhotoIsNoPlaceForChangesWhateverContinuesIt) {
  for (const std::int64_t columns : {10, 50}) {
    State state;
    state.photo = 1;
    state.photo_columns = columns;
    state.mirrored.context = state.context_columns();
    state.mirrored.segments = {{2, 0, state.context_columns() + 5}};
    for (std::int64_t c = 0; c < columns; ++c)
      EXPECT_THROW(apply_command(state, ChangeScene{{c, 1, 0}}), Error) << c;
    EXPECT_NO_THROW(apply_command(state, ChangeScene{{columns, 1, 0}}));
    EXPECT_NO_THROW(apply_command(state, ChangeScene{{-1, 1, 0}}));
  }
}

TEST(CanvasState, ContextAndPhotoCannotBeRegenerated) {
  State state = with_columns(20, 5);
  state.photo = 1;
  state.photo_columns = 50;
  state.forward.context = 16;
  EXPECT_THROW(apply_command(state, Regenerate{49}), Error);
  EXPECT_THROW(apply_command(state, Regenerate{3}), Error);
  EXPECT_NO_THROW(apply_command(state, Regenerate{50}));
  EXPECT_NO_THROW(apply_command(state, Regenerate{-1}));
}

TEST(CanvasState, SurvivesARoundTripThroughJson) {
  State state = with_columns(40, 5);
  state.seed = 0xffffffffffffffff;
  state.scenes = {{3, 1, 4}};
  state.later_settings = {{5, {}}};
  state.later_settings[0].settings.solver.evaluations = 12;
  state.photo = 3;
  state.photo_columns = 50;
  state.forward.context = kContextColumns;
  state.forward.takes = {{20, 1}};
  state.forward.edits = {{22, 9}};
  EXPECT_EQ(state_from_json(to_json(state), "test"), state);
}

TEST(CanvasState, APartOfAContextCountsAsNoneUnlessColumnsWereMadeBehindIt) {
  State state = with_columns(40, -1);
  state.mirrored.segments = {{2, 0, 1}};
  state.mirrored.context = 1;
  state.mirrored.takes = {{16, 3}};
  State read = state_from_json(to_json(state), "test");
  EXPECT_FALSE(read.mirrored.started());
  EXPECT_EQ(read.mirrored.context, 0);
  EXPECT_EQ(read.mirrored.takes, state.mirrored.takes);
  EXPECT_EQ(read.left_end(), 0);
  EXPECT_EQ(read.forward, state.forward);

  state.mirrored.segments = {{2, 0, 30}};
  read = state_from_json(to_json(state), "test");
  EXPECT_EQ(read.mirrored.context, kContextColumns);
  EXPECT_EQ(read.mirrored.segments, state.mirrored.segments);
  EXPECT_EQ(read.left_end(), -14);

  state = {};
  state.photo = 1;
  state.photo_columns = 3;
  state.forward.segments = {{1, 0, 2}};
  state.forward.context = 2;
  EXPECT_FALSE(state_from_json(to_json(state), "test").forward.started());
  state.forward.segments = {{1, 0, 3}};
  state.forward.context = 3;
  EXPECT_EQ(state_from_json(to_json(state), "test"), state) << "a narrow photo's context is as wide as it";
}

TEST(CanvasState, AContextThatIsTooLongIsRefused) {
  State state = with_columns(40, 5);
  state.mirrored.context = kContextColumns + 1;
  EXPECT_THROW(state_from_json(to_json(state), "test"), Error);
  state = with_columns(40, 5);
  state.forward.context = 2;
  EXPECT_THROW(state_from_json(to_json(state), "test"), Error) << "it continues nothing";
}

TEST(CanvasState, TextThatIsNoStateIsRefused) {
  const std::string good = to_json(with_columns(40, 5));
  for (const std::string bad : {"", "{}", "[]", "null", "{\"seed\":\"x\"}"}) {
    EXPECT_THROW(state_from_json(bad, "test"), Error) << bad;
  }
  for (std::size_t length = 0; length < good.size(); ++length) {
    EXPECT_THROW(state_from_json(good.substr(0, length), "test"), Error) << length;
  }
  EXPECT_THROW(state_from_json(std::string(100000, '['), "test"), Error);
}

}  // namespace
}  // namespace equi::canvas
