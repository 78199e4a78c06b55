// A monkey at the window. Nothing may crash, no mistake inside the program may be logged, and the event loop
// may not stand still: between two beats of a 10 ms timer the GUI thread may be busy or blocked for at most
// 100 ms, whatever is done to it. Time in which it was ready to run and had no core is not the program's (see
// heartbeat.h).
//
//   EQUICANVAS_MONKEY_SECONDS   how long (10; the long run is 300)
//   EQUICANVAS_MONKEY_SEED      which monkey (0)
//   EQUICANVAS_HEARTBEAT_TELL   set: every stop of more than 50 ms is told as it happens
#include "tests/ui/monkey.h"

#include <QElapsedTimer>

namespace equi::ui::testing {
namespace {

constexpr double kLongestStop = 100;  // ms
constexpr int kSeconds = 10;

int number_from(const char* variable, int usual) {
  return qEnvironmentVariableIsSet(variable) ? qEnvironmentVariableIntValue(variable) : usual;
}

TEST_F(UiTest, AMonkeyNeitherBreaksItNorHoldsItUp) {
  const NoBrowser no_browser;
  open_window();
  app->growth().set_amount(4);
  wait_until([] { return false; }, 0.3);  // the first painting is over
  Heartbeat heart;
  Monkey monkey(window.get(), static_cast<unsigned>(number_from("EQUICANVAS_MONKEY_SEED", 0)), &heart);
  QElapsedTimer clock;
  clock.start();
  const qint64 until = qint64{1000} * number_from("EQUICANVAS_MONKEY_SECONDS", kSeconds);
  for (int i = 0; clock.elapsed() < until; ++i) {
    monkey.step();
    QTest::qWait(5 + i % 20);
  }
  heart.doing(QStringLiteral("stop"));
  app->growth().stop();
  ASSERT_TRUE(wait_until([&] { return !app->growth().running(); }));
  EXPECT_GT(monkey.steps(), 20);
  RecordProperty("steps", monkey.steps());
  RecordProperty("longest_stop_ms", static_cast<int>(heart.longest().own()));
  RecordProperty("longest_stop_wall_ms", static_cast<int>(heart.longest_wall().wall));
  std::printf("%d steps, %d beats\nthe longest stop: %s\nthe longest by the clock: %s\n", monkey.steps(),
              heart.beats(), heart.longest().told().c_str(), heart.longest_wall().told().c_str());
  EXPECT_LE(heart.longest().own(), kLongestStop) << "the event loop stood still, " << heart.longest().told();
  EXPECT_FALSE(app->log().as_text().contains(QStringLiteral("inside the program")))
      << app->log().as_text().toStdString();
}

}  // namespace
}  // namespace equi::ui::testing
