// The seed and the settings of the Generation panel: what is shown is what the next columns are made with.
#include <QScrollArea>
#include <QScrollBar>
#include <QWheelEvent>

#include <QtTest/qtestspontaneevent.h>

#include "tests/ui/ui_fixture.h"
#include "ui/frame/language.h"

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

// The panel with everything open, in both sizes that people begin with and in both languages.
class GenerationPanelTest : public UiTest {
 protected:
  void TearDown() override {
    UiTest::TearDown();
    use_language(QStringLiteral("en"));
  }
  // Opens the window with the panel's advanced part open.
  void open(QSize size) {
    open_window(size);
    for (QToolButton* button : window->generation()->findChildren<QToolButton*>()) {
      if (button->property("role") == QStringLiteral("disclosure") && !button->isChecked()) button->click();
    }
    QTest::qWait(30);
  }
  QScrollArea* area() {
    return qobject_cast<QScrollArea*>(window->generation()->parentWidget()->parentWidget());
  }
  static void turn_wheel(QWidget* over) {
    const QPoint at = over->rect().center();
    QWheelEvent wheel(at, over->mapToGlobal(at), {}, {0, -120}, Qt::NoButton, Qt::NoModifier,
                      Qt::NoScrollPhase, false);
    QSpontaneKeyEvent::setSpontaneous(&wheel);  // only those of the user go on to the parents
    QApplication::instance()->notify(over, &wheel);
  }
};

TEST_F(GenerationPanelTest, ItsLettersLeadToOneThingEach) {
  for (const char* language : {"en", "zh_CN"}) {
    use_language(QLatin1String(language));
    open({1280, 800});
    EXPECT_EQ(shared_letters(window.get()).join(u'\n').toStdString(), "") << language;
    close_window();
  }
}

TEST_F(GenerationPanelTest, NothingOfItIsCut) {
  for (const char* language : {"en", "zh_CN"}) {
    use_language(QLatin1String(language));
    for (const QSize size : {QSize(1280, 800), QSize(900, 600)}) {
      open(size);
      EXPECT_EQ(window->size(), size) << language;
      const int room = area()->viewport()->width();
      for (QWidget* child : window->generation()->findChildren<QWidget*>()) {
        if (!child->isVisible()) continue;
        const QRect place(child->mapTo(area()->viewport(), QPoint()), child->size());
        EXPECT_GE(place.left(), 0) << language << " " << child->accessibleName().toStdString();
        EXPECT_LE(place.right(), room) << language << " " << child->accessibleName().toStdString();
        const auto* label = qobject_cast<QLabel*>(child);
        if (label != nullptr && !label->wordWrap()) {
          EXPECT_GE(label->width(), label->sizeHint().width()) << label->text().toStdString();
        }
      }
      screenshot(QStringLiteral("generation-%1-%2").arg(QLatin1String(language)).arg(size.width()));
      close_window();
    }
  }
}

// A picture or a project may bring settings that are finer than the fields.
TEST_F(GenerationPanelTest, AFieldChangesWhatItShowsAndNothingElse) {
  open({1280, 800});
  auto settings = app->growth().settings();
  settings.guidance.scale = 2.3456;
  settings.solver.evaluations = 2001;
  app->growth().set_settings(settings);
  GenerationPanel* panel = window->generation();
  EXPECT_DOUBLE_EQ(panel->guidance()->value(), 2.35);
  EXPECT_EQ(panel->evaluations()->value(), 2001);
  const auto choose = [&](sampling::Method method) {
    panel->solver()->setCurrentIndex(panel->solver()->findData(static_cast<int>(method)));
  };
  choose(sampling::Method::euler);
  EXPECT_EQ(app->growth().settings().solver.method, sampling::Method::euler);
  EXPECT_EQ(app->growth().settings().guidance.scale, 2.3456);
  EXPECT_EQ(app->growth().settings().solver.evaluations, 2001);
  choose(sampling::Method::heun);
  EXPECT_EQ(app->growth().settings().solver.evaluations, 2002) << "two each";
  EXPECT_EQ(panel->evaluations()->value(), 2002) << "and it is shown";
  panel->evaluations()->stepDown();
  EXPECT_EQ(app->growth().settings().solver.evaluations, 2000);
  QComboBox* schedule = panel->schedule();
  app->growth().set_amount(48);
  using Schedule = sampling::Guidance::Schedule;
  for (const auto& [choice, columns] : {std::pair{Schedule::linear, 48}, {Schedule::ramp_hold, 16}}) {
    schedule->setCurrentIndex(schedule->findData(static_cast<int>(choice)));
    EXPECT_EQ(app->growth().settings().guidance.schedule, choice);
    EXPECT_EQ(app->growth().settings().guidance.columns, columns);
  }
  panel->guidance()->setValue(4.5);
  EXPECT_EQ(app->growth().settings().guidance.scale, 4.5);
}

TEST_F(GenerationPanelTest, TheWheelScrollsItAndTurnsOnlyWhatHasTheFocus) {
  open({1280, 600});
  ASSERT_GT(area()->verticalScrollBar()->maximum(), 0);
  QDoubleSpinBox* guidance = window->generation()->guidance();
  QComboBox* solver = window->generation()->solver();
  const double value = guidance->value();
  const int method = solver->currentIndex();
  for (QWidget* field : {static_cast<QWidget*>(guidance), static_cast<QWidget*>(solver)}) {
    EXPECT_NE(field->focusPolicy(), Qt::WheelFocus);
    area()->verticalScrollBar()->setValue(0);
    turn_wheel(field);
    EXPECT_GT(area()->verticalScrollBar()->value(), 0);
  }
  EXPECT_EQ(guidance->value(), value);
  EXPECT_EQ(solver->currentIndex(), method);
  window->activateWindow();
  ASSERT_TRUE(QTest::qWaitForWindowActive(window.get()));
  guidance->setFocus();
  turn_wheel(guidance);
  EXPECT_NE(guidance->value(), value);
}

}  // namespace
}  // namespace equi::ui::testing
