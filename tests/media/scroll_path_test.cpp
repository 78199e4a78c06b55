#include "core/media/scroll_path.h"

#include <gtest/gtest.h>

#include "core/base/error.h"

namespace equi::media {
namespace {

using Loop = ScrollOptions::Loop;

ScrollOptions plain() {
  ScrollOptions o;
  o.width = 400;
  o.height = 256;
  o.speed = 60;
  o.ease_seconds = 0;
  return o;
}

TEST(ScrollPath, GoesFromOneEndToTheOtherAtTheSpeedAskedFor) {
  const ScrollPath path(plain(), 1000, 256);  // 600 pixels of way at 2 a frame
  ASSERT_EQ(path.frames(), 301);
  EXPECT_DOUBLE_EQ(path.left_edge(0), 0);
  EXPECT_DOUBLE_EQ(path.left_edge(300), 600);
  for (int i = 1; i <= 300; ++i) EXPECT_NEAR(path.left_edge(i) - path.left_edge(i - 1), 2.0, 1e-9);
}

TEST(ScrollPath, SpeedIsInPixelsOfTheVideoWhateverThePicturesHeight) {
  auto o = plain();
  o.height = 512;  // the picture is doubled: 200 of its pixels are seen, one a frame
  const ScrollPath path(o, 1000, 256);
  EXPECT_DOUBLE_EQ(path.view_width(), 200);
  EXPECT_NEAR(path.left_edge(1), 1.0, 1e-9);
}

TEST(ScrollPath, LeftwardsIsTheSameWayBackwards) {
  auto o = plain();
  o.ease_seconds = 1;
  const ScrollPath right(o, 1000, 256);
  o.leftwards = true;
  const ScrollPath left(o, 1000, 256);
  ASSERT_EQ(left.frames(), right.frames());
  for (std::int64_t i = 0; i < left.frames(); ++i) {
    EXPECT_NEAR(left.left_edge(i), 600 - right.left_edge(i), 1e-9);
  }
}

TEST(ScrollPath, EasingStartsAndEndsAtRestAndKeepsTheSpeedBetween) {
  auto o = plain();
  o.ease_seconds = 1;
  const ScrollPath path(o, 1000, 256);
  ASSERT_EQ(path.frames(), 331) << "thirty more than without";
  EXPECT_LT(path.left_edge(1) - path.left_edge(0), 0.1);
  EXPECT_LT(path.left_edge(330) - path.left_edge(329), 0.1);
  EXPECT_NEAR(path.left_edge(166) - path.left_edge(165), 2.0, 1e-9);
  double before = 0;
  for (std::int64_t i = 1; i < path.frames(); ++i) {
    EXPECT_GE(path.left_edge(i), before);
    before = path.left_edge(i);
  }
  EXPECT_DOUBLE_EQ(before, 600);
}

TEST(ScrollPath, ARingsLastFrameIsOneStepBeforeItsFirst) {
  auto o = plain();
  o.loop = Loop::ring;
  o.speed = 77;
  for (const bool leftwards : {false, true}) {
    o.leftwards = leftwards;
    const ScrollPath path(o, 1000, 256);
    const double step = 1000.0 / static_cast<double>(path.frames());
    EXPECT_NEAR(step, 77.0 / 30, 0.01) << "the speed gives way so that whole frames fit";
    EXPECT_NEAR(path.left_edge(path.frames() - 1), leftwards ? step : 1000 - step, 1e-9);
    EXPECT_DOUBLE_EQ(path.left_edge(0), 0);
  }
}

TEST(ScrollPath, ThereAndBackShowsEachTurningPointOnce) {
  auto o = plain();
  o.loop = Loop::there_and_back;
  const ScrollPath path(o, 1000, 256);
  ASSERT_EQ(path.frames(), 600);
  EXPECT_DOUBLE_EQ(path.left_edge(300), 600);
  EXPECT_DOUBLE_EQ(path.left_edge(301), path.left_edge(299));
  EXPECT_DOUBLE_EQ(path.left_edge(599), path.left_edge(1));
}

TEST(ScrollPath, APictureAsWideAsTheViewIsOneFrame) {
  const ScrollPath path(plain(), 400, 256);
  EXPECT_EQ(path.frames(), 1);
  EXPECT_DOUBLE_EQ(path.left_edge(0), 0);
}

TEST(ScrollPath, RefusesWhatNoVideoCanBe) {
  const auto refused = [](auto change) {
    auto o = plain();
    change(o);
    EXPECT_THROW(ScrollPath(o, 1000, 256), Error);
  };
  refused([](auto& o) { o.width = 401; });
  refused([](auto& o) { o.height = 0; });
  refused([](auto& o) { o.width = 20000; });
  refused([](auto& o) { o.speed = 0; });
  refused([](auto& o) { o.speed = 1e-9; });
  refused([](auto& o) { o.frames_per_second = 0; });
  refused([](auto& o) { o.ease_seconds = -1; });
  refused([](auto& o) { o.width = 1002; });
}

}  // namespace
}  // namespace equi::media
