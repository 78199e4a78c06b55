// The view and the growing end: it stays in sight unless the user has moved the view away from it.
#include "tests/ui/ui_fixture.h"

namespace equi::ui::testing {
namespace {

class Follow : public UiTest {
 protected:
  static constexpr int kAmount = 32;  // as a new installation has it; wider than the view

  void SetUp() override {
    UiTest::SetUp();
    open_window();
    app->growth().set_amount(kAmount);
  }
  void grow(const char* action) {
    const auto before = columns();
    trigger(action);
    ASSERT_TRUE(wait_columns(before + kAmount));
    ASSERT_TRUE(wait_idle());
  }
  bool sees(std::int64_t column) const { return window->canvas()->viewport().shows(column); }
  // What is seen once nothing moves by itself any more.
  bool comes_to_see(std::int64_t column) const {
    return wait_until([&] { return sees(column); }, 10);
  }
  void settle() const {
    double at = -1;
    ASSERT_TRUE(wait_until([&] {
      QTest::qWait(100);
      return std::exchange(at, left()) == left();
    }));
  }
  double left() const { return window->canvas()->viewport().picture_at({0, 0}).x(); }
  void drag(int distance) {
    CanvasView* canvas = window->canvas();
    const QPoint from = canvas->rect().center() - QPoint(distance / 2, 0);
    QTest::mousePress(canvas, Qt::LeftButton, {}, from);
    QTest::mouseMove(canvas, from + QPoint(distance / 2, 0));
    QTest::mouseMove(canvas, from + QPoint(distance, 0));
    QTest::mouseRelease(canvas, Qt::LeftButton, {}, from + QPoint(distance, 0));
  }
};

TEST_F(Follow, ANewPanoramaIsFollowedToItsEnd) {
  click_scene(0);
  ASSERT_TRUE(wait_columns(kAmount));
  EXPECT_TRUE(comes_to_see(kAmount - 1));
  EXPECT_FALSE(sees(0)) << "it is wider than the view";
}

TEST_F(Follow, BothEndsAreFollowedWhereTheyGrow) {
  click_scene(0);
  ASSERT_TRUE(wait_columns(kAmount));
  grow("grow.right");
  EXPECT_TRUE(comes_to_see(2 * kAmount - 1));
  grow("grow.left");
  EXPECT_TRUE(comes_to_see(-kAmount));
  grow("grow.right");
  EXPECT_TRUE(comes_to_see(3 * kAmount - 1));
}

TEST_F(Follow, TheEndIsInSightAllTheWhile) {
  click_scene(0);
  ASSERT_TRUE(wait_columns(kAmount));
  ASSERT_TRUE(comes_to_see(kAmount - 1));
  trigger("grow.keep_right");
  int away = 0;
  QObject::connect(window->canvas(), &CanvasView::view_changed, window.get(), [&] {
    const Viewport& view = window->canvas()->viewport();
    if (view.screen_x(window->canvas()->shown_right()) > view.size().width()) ++away;
  });
  ASSERT_TRUE(wait_columns(4 * kAmount));
  trigger("grow.stop");
  ASSERT_TRUE(wait_idle());
  EXPECT_EQ(away, 0);
}

TEST_F(Follow, AnEndThatTheUserHasLeftBehindIsNotFollowed) {
  click_scene(0);
  ASSERT_TRUE(wait_columns(kAmount));
  ASSERT_TRUE(comes_to_see(kAmount - 1));
  settle();
  drag(window->canvas()->width() * 3 / 4);
  ASSERT_FALSE(sees(kAmount - 1));
  const double before = left();
  grow("grow.right");
  settle();
  EXPECT_EQ(left(), before);
  QTest::keyClick(window->canvas(), Qt::Key_End);
  grow("grow.right");
  EXPECT_TRUE(comes_to_see(3 * kAmount - 1)) << "the End key brings it back";
}

TEST_F(Follow, AnEndThatIsBroughtBackIsFollowedAgain) {
  click_scene(0);
  ASSERT_TRUE(wait_columns(kAmount));
  ASSERT_TRUE(comes_to_see(kAmount - 1));
  settle();
  const int far = window->canvas()->width() * 3 / 4;
  drag(far);
  drag(-far);
  ASSERT_TRUE(sees(kAmount - 1));
  grow("grow.right");
  EXPECT_TRUE(comes_to_see(2 * kAmount - 1));
}

TEST_F(Follow, SwitchedOffTheViewStays) {
  trigger("view.follow");
  click_scene(0);
  ASSERT_TRUE(wait_columns(kAmount));
  ASSERT_TRUE(wait_idle());
  settle();
  const double before = left();
  grow("grow.right");
  settle();
  EXPECT_EQ(left(), before);
}

TEST_F(Follow, WhatIsLeftAfterAnUndoIsInSight) {
  click_scene(0);
  ASSERT_TRUE(wait_columns(kAmount));
  grow("grow.right");
  grow("grow.right");
  ASSERT_TRUE(comes_to_see(3 * kAmount - 1));
  settle();
  trigger("edit.undo");
  ASSERT_TRUE(wait_until([&] { return columns() == 2 * kAmount; }));
  EXPECT_TRUE(sees(2 * kAmount - 1));
}

}  // namespace
}  // namespace equi::ui::testing
