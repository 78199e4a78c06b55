// A monkey at the window: random clicks, wheels, keys and drags from a seed. Nothing may crash, and the event
// loop may not stand still.
//
//   EQUICANVAS_MONKEY_SECONDS   how long (10)
//   EQUICANVAS_MONKEY_SEED      which monkey (1)
//   EQUICANVAS_HEARTBEAT_MS     how long the event loop may stand still (3000: tests run beside others; the
//                               aim on an idle machine is 100)
#include <QElapsedTimer>
#include <QMenu>
#include <QTimer>
#include <QWheelEvent>
#include <random>

#include "tests/ui/ui_fixture.h"

namespace equi::ui::testing {
namespace {

// Closes whatever dialog or menu is open, after a moment.
void close_popups() {
  if (QWidget* popup = QApplication::activePopupWidget()) popup->close();
  if (QWidget* modal = QApplication::activeModalWidget()) modal->close();
}

TEST_F(UiTest, AMonkeyDoesNotBreakIt) {
  open_window();
  app->growth().set_amount(4);
  std::mt19937 random(static_cast<unsigned>(qEnvironmentVariableIntValue("EQUICANVAS_MONKEY_SEED") + 1));
  const int seconds = qEnvironmentVariableIsSet("EQUICANVAS_MONKEY_SECONDS")
                          ? qEnvironmentVariableIntValue("EQUICANVAS_MONKEY_SECONDS")
                          : 10;
  // The heartbeat: how late a timer comes.
  QElapsedTimer since;
  since.start();
  qint64 latest = 0;
  QTimer heart;
  heart.setInterval(10);
  QObject::connect(&heart, &QTimer::timeout, &heart, [&] { latest = std::max(latest, since.restart()); });
  heart.start();
  QTimer closer;
  closer.setInterval(150);
  QObject::connect(&closer, &QTimer::timeout, &closer, close_popups);
  closer.start();

  const std::vector<const char*> safe = {
      "edit.undo",       "edit.redo",        "edit.select_all", "edit.copy_seed", "view.zoom_in",
      "view.zoom_out",   "view.fit",         "view.actual",     "view.first",     "view.last",
      "view.follow",     "view.grid",        "grow.left",       "grow.right",     "grow.keep_left",
      "grow.keep_right", "grow.stop",        "grow.auto",       "grow.reroll",    "grow.regenerate",
      "grow.variations", "grow.scene",       "grow.cut",        "help.shortcuts", "help.about",
      "help.log",        "edit.preferences", "tools.models",
  };
  const auto pick = [&](int count) { return static_cast<int>(random() % static_cast<unsigned>(count)); };
  QElapsedTimer clock;
  clock.start();
  int steps = 0;
  while (clock.elapsed() < seconds * 1000) {
    ++steps;
    CanvasView* canvas = window->canvas();
    const QPoint at(pick(canvas->width()), pick(canvas->height()));
    switch (pick(8)) {
      case 0:
        click_scene(pick(window->scenes()->list()->model()->rowCount()));
        break;
      case 1:
        QTest::mouseClick(canvas, Qt::LeftButton, pick(2) != 0 ? Qt::ShiftModifier : Qt::NoModifier, at);
        break;
      case 2: {
        QWheelEvent wheel(at, canvas->mapToGlobal(at), {}, {0, 120 * (pick(7) - 3)}, Qt::NoButton,
                          Qt::NoModifier, Qt::NoScrollPhase, false);
        QApplication::sendEvent(canvas, &wheel);
        break;
      }
      case 3:
        QTest::mousePress(canvas, Qt::LeftButton, {}, at);
        QTest::mouseMove(canvas, at + QPoint(pick(200) - 100, pick(60) - 30));
        QTest::mouseRelease(canvas, Qt::LeftButton, {}, at);
        break;
      case 4:
        QTest::keyClick(canvas, static_cast<Qt::Key>(Qt::Key_Left + pick(4)),
                        pick(3) == 0 ? Qt::ShiftModifier : Qt::NoModifier);
        break;
      case 5:
        window->resize(700 + pick(700), 480 + pick(400));
        break;
      default:
        trigger(safe[static_cast<std::size_t>(pick(static_cast<int>(safe.size())))]);
        break;
    }
    QTest::qWait(pick(25));
  }
  app->growth().stop();
  ASSERT_TRUE(wait_until([&] { return !app->growth().running(); }, 60));
  EXPECT_GT(steps, 20);
  RecordProperty("steps", steps);
  RecordProperty("latest_heartbeat_ms", static_cast<int>(latest));
  const int allowed = qEnvironmentVariableIsSet("EQUICANVAS_HEARTBEAT_MS")
                          ? qEnvironmentVariableIntValue("EQUICANVAS_HEARTBEAT_MS")
                          : 3000;
  EXPECT_LE(latest, allowed) << "the event loop stood still";
  EXPECT_FALSE(app->log().as_text().contains(QStringLiteral("inside the program")))
      << app->log().as_text().toStdString();
}

}  // namespace
}  // namespace equi::ui::testing
