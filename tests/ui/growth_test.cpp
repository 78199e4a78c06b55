// The seed and the settings of the Generation panel: what is shown is what the next columns are made with.
#include "tests/ui/ui_fixture.h"

namespace equi::ui::testing {
namespace {

class GenerationTest : public UiTest {
 protected:
  void SetUp() override {
    UiTest::SetUp();
    open_window();
    app->growth().set_amount(4);
  }
  QString shown_seed() const { return window->generation()->seed()->text(); }
  std::uint64_t seed() const { return app->snapshot()->state.seed; }
  void click_dice() {
    for (QToolButton* button : window->generation()->findChildren<QToolButton*>()) {
      if (button->accessibleName() == QStringLiteral("Another seed")) return button->click();
    }
    FAIL() << "no dice";
  }
  void type_seed(const QString& text) {
    QLineEdit* field = window->generation()->seed();
    field->setFocus();
    field->selectAll();
    QTest::keyClicks(field, text);
    QTest::keyClick(field, Qt::Key_Return);
  }
  // A click starts another panorama; true once it is there.
  bool start_another(int row) {
    const auto before = app->snapshot()->history.size();
    click_scene(row);
    return wait_until([&] {
      return app->snapshot()->history.size() > before && app->snapshot()->state.scene == row &&
             columns() == 4 && !app->growth().running();
    });
  }
};

TEST_F(GenerationTest, SettingsThatAreChangedWhileColumnsAreMadeHoldFromTheNextExtensionOn) {
  make_panorama(4);
  const double before = app->growth().settings().guidance.scale;
  const Hold hold = hold_device();
  ASSERT_TRUE(wait_until([&] { return hold.entered->load(); }));
  trigger("grow.right");
  ASSERT_TRUE(app->growth().running());
  window->generation()->guidance()->setValue(before + 1);
  hold.let_go();
  ASSERT_TRUE(wait_columns(8));
  ASSERT_TRUE(wait_idle());
  EXPECT_EQ(window->generation()->guidance()->value(), before + 1) << "still shown";
  trigger("grow.right");
  ASSERT_TRUE(wait_columns(12));
  ASSERT_TRUE(wait_idle());
  EXPECT_EQ(app->snapshot()->state.settings_at(7).guidance.scale, before);
  EXPECT_EQ(app->snapshot()->state.settings_at(8).guidance.scale, before + 1);
}

TEST_F(GenerationTest, UndoShowsTheSettingsThatHoldThen) {
  make_panorama(4);
  const double before = app->growth().settings().guidance.scale;
  window->generation()->guidance()->setValue(before + 1);
  trigger("grow.right");
  ASSERT_TRUE(wait_columns(8));
  ASSERT_TRUE(wait_idle());
  trigger("edit.undo");
  trigger("edit.undo");
  EXPECT_TRUE(wait_until([&] { return window->generation()->guidance()->value() == before; }));
}

TEST_F(GenerationTest, ALockedSeedStays) {
  type_seed(QStringLiteral("4711"));
  make_panorama(4);
  EXPECT_EQ(seed(), 4711U);
  type_seed(QStringLiteral("815"));
  EXPECT_TRUE(app->growth().seed_locked());
  trigger("grow.right");  // snapshots of a canvas with another seed
  ASSERT_TRUE(wait_columns(8));
  ASSERT_TRUE(wait_idle());
  EXPECT_EQ(shown_seed(), QStringLiteral("815"));
  ASSERT_TRUE(start_another(1));
  EXPECT_EQ(seed(), 815U);
}

TEST_F(GenerationTest, WhatTheDiceShowIsWhatTheNextSceneUses) {
  make_panorama(4);
  click_dice();
  const QString rolled = shown_seed();
  trigger("grow.right");
  ASSERT_TRUE(wait_columns(8));
  ASSERT_TRUE(wait_idle());
  EXPECT_EQ(shown_seed(), rolled);
  ASSERT_TRUE(start_another(1));
  EXPECT_EQ(QString::number(seed()), rolled);
  ASSERT_TRUE(start_another(2));
  EXPECT_NE(QString::number(seed()), rolled) << "only the next one";
  EXPECT_EQ(shown_seed(), QString::number(seed()));
}

}  // namespace
}  // namespace equi::ui::testing
