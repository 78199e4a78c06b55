// The keys: each does one thing, and where they go is seen.
#include <map>

#include "tests/ui/ui_fixture.h"

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

}  // namespace
}  // namespace equi::ui::testing
