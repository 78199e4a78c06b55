// The keys: each does one thing, and where they go is seen.
#include <QScrollArea>
#include <QStatusBar>
#include <map>

#include "tests/ui/ui_fixture.h"
#include "ui/grow/generation_panel.h"
#include "ui/grow/grow_bar.h"
#include "ui/scenes/scene_dialog.h"

namespace equi::ui::testing {
namespace {

// The key press on a US keyboard that gives this one: signs of the upper row and level are typed with Shift.
QKeyCombination press_of(QKeyCombination key) {
  static const QString signs = QStringLiteral("~!@#$%^&*()_+{}|:\"<>?");
  static const QString keys = QStringLiteral("`1234567890-=[]\\;',./");
  const auto at = signs.indexOf(QChar(static_cast<char16_t>(key.key())));
  if (key.key() > 0x7f || at < 0) return key;
  return QKeyCombination(key.keyboardModifiers() | Qt::ShiftModifier,
                         static_cast<Qt::Key>(keys[at].unicode()));
}

class Keys : public UiTest {};

TEST_F(Keys, EachPressMeansOneAction) {
  open_window();
  std::map<int, std::string> taken;
  for (const ActionSpec& spec : Actions::table()) {
    for (const QKeySequence& keys : window->actions_table()->get(spec.id)->shortcuts()) {
      ASSERT_EQ(keys.count(), 1) << spec.id << " has a key that is not known";
      const auto [other, is_new] = taken.emplace(press_of(keys[0]).toCombined(), spec.id);
      EXPECT_TRUE(is_new) << keys.toString().toStdString() << " is one of " << other->second << " and of "
                          << spec.id;
    }
  }
}

TEST_F(Keys, BracesKeepGoing) {
  open_window();
  make_panorama(4);
  window->activateWindow();
  ASSERT_TRUE(QTest::qWaitForWindowActive(window.get()));
  const std::pair<Qt::Key, engine::FrameId> ways[] = {{Qt::Key_BraceRight, engine::FrameId::forward},
                                                      {Qt::Key_BraceLeft, engine::FrameId::mirrored}};
  for (const auto& [key, side] : ways) {
    QTest::keyClick(window->canvas(), key);
    EXPECT_TRUE(app->growth().running());
    EXPECT_EQ(app->growth().side(), side);
    EXPECT_EQ(app->growth().progress().total, 0) << "until stopped";
    ASSERT_TRUE(wait_columns(columns() + 1));
    QTest::keyClick(window->canvas(), Qt::Key_S);
    ASSERT_TRUE(wait_until([&] { return !app->growth().running(); }));
  }
}

// A field for numbers has no use for letters, so the keys do there what they do elsewhere.
TEST_F(Keys, LettersWorkWithTheCursorInAFieldForNumbers) {
  open_window();
  make_panorama(4);
  window->activateWindow();
  ASSERT_TRUE(QTest::qWaitForWindowActive(window.get()));
  QSpinBox* amount = window->findChild<GrowBar*>()->amount();
  for (QWidget* field :
       {static_cast<QWidget*>(amount), static_cast<QWidget*>(window->generation()->seed())}) {
    field->setFocus();
    ASSERT_TRUE(field->hasFocus());
    const auto before = columns();
    QTest::keyClick(field, Qt::Key_BraceRight);
    EXPECT_TRUE(app->growth().running());
    ASSERT_TRUE(wait_columns(before + 1));
    QTest::keyClick(field, Qt::Key_S);
    ASSERT_TRUE(wait_until([&] { return !app->growth().running(); }));
  }
  amount->setFocus();
  amount->selectAll();
  QTest::keyClick(amount, Qt::Key_1);
  QTest::keyClick(amount, Qt::Key_2);
  EXPECT_EQ(amount->value(), 12) << "digits are the field's";
}

// Whether a pixel of this colour is somewhere on the outermost line of the widget.
bool framed(QWidget* widget) {
  const QImage picture = widget->grab().toImage();
  const QColor accent = colors().accent;
  return picture.pixelColor(picture.width() / 2, 0) == accent &&
         picture.pixelColor(0, picture.height() / 2) == accent;
}

class Focus : public UiTest {
 protected:
  void SetUp() override {
    UiTest::SetUp();
    open_window();
    make_panorama(4);
    window->activateWindow();
    ASSERT_TRUE(QTest::qWaitForWindowActive(window.get()));
  }
  // Presses Tab until the widget has the focus; false when it never has.
  bool tab_to(QWidget* widget) {
    window->statusBar()->setFocus();
    for (int i = 0; i < 200 && !widget->hasFocus(); ++i)
      QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
    return widget->hasFocus();
  }
};

TEST_F(Focus, IsSeenOnTheCanvasAndTheLists) {
  for (QWidget* widget :
       {static_cast<QWidget*>(window->canvas()), static_cast<QWidget*>(window->history()->list()),
        static_cast<QWidget*>(window->scenes()->list())}) {
    ASSERT_TRUE(tab_to(widget)) << widget->accessibleName().toStdString();
    EXPECT_TRUE(framed(widget)) << widget->accessibleName().toStdString();
    QTest::keyClick(widget, Qt::Key_Tab);
    EXPECT_FALSE(framed(widget)) << widget->accessibleName().toStdString();
  }
}

TEST_F(Focus, AClickOnTheCanvasDrawsNoFrame) {
  ASSERT_TRUE(tab_to(window->canvas()));
  QTest::mouseClick(window->canvas(), Qt::LeftButton);
  EXPECT_FALSE(framed(window->canvas()));
}

TEST_F(Focus, PanelsThatScrollAreNoStops) {
  for (const QScrollArea* area : window->findChildren<QScrollArea*>()) {
    EXPECT_EQ(area->focusPolicy(), Qt::NoFocus) << area->accessibleName().toStdString();
  }
}

class SceneDialogKeys : public UiTest {
 protected:
  void SetUp() override {
    UiTest::SetUp();
    open_window();
    dialog = std::make_unique<SceneDialog>(app.get(), 4, window.get());
    dialog->show();
    dialog->activateWindow();
    ASSERT_TRUE(QTest::qWaitForWindowActive(dialog.get()));
    ASSERT_TRUE(wait_until([&] { return dialog->search()->hasFocus(); }))
        << (QApplication::focusWidget() ? QApplication::focusWidget()->metaObject()->className() : "nobody");
  }
  void TearDown() override {
    dialog.reset();
    UiTest::TearDown();
  }
  std::unique_ptr<SceneDialog> dialog;
};

TEST_F(SceneDialogKeys, TypingChoosesTheFirstMatchAndEnterTakesIt) {
  QTest::keyClicks(dialog->search(), QStringLiteral("dunes"));
  ASSERT_EQ(dialog->list()->model()->rowCount(), 1);
  QTest::keyClick(dialog->search(), Qt::Key_Return);
  EXPECT_EQ(dialog->result(), QDialog::Accepted);
  EXPECT_EQ(dialog->scene(), 1);
}

TEST_F(SceneDialogKeys, DownGoesIntoTheList) {
  QTest::keyClick(dialog->search(), Qt::Key_Down);
  EXPECT_TRUE(dialog->list()->hasFocus());
  EXPECT_EQ(dialog->scene(), 0);
  QTest::keyClick(dialog->list(), Qt::Key_Right);
  EXPECT_EQ(dialog->scene(), 1);
  QTest::keyClick(dialog->list(), Qt::Key_Return);
  EXPECT_EQ(dialog->result(), QDialog::Accepted);
}

TEST_F(SceneDialogKeys, EnterTakesNothingWhereNothingMatches) {
  QTest::keyClicks(dialog->search(), QStringLiteral("no such scene"));
  QTest::keyClick(dialog->search(), Qt::Key_Return);
  EXPECT_TRUE(dialog->isVisible());
  EXPECT_FALSE(dialog->scene().has_value());
}

}  // namespace
}  // namespace equi::ui::testing
