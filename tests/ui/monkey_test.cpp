// A monkey at the window. Nothing may crash, no mistake inside the program may be logged, and the event loop
// may not stand still: between two beats of a 10 ms timer the GUI thread may be busy or blocked for at most
// 100 ms. Time in which it was ready to run and had no core is not the program's (see heartbeat.h). A change
// of theme, which polishes every widget of the program again, may take 250 ms.
//
//   EQUICANVAS_MONKEY_SECONDS   how long (10; the long run is 300)
//   EQUICANVAS_MONKEY_SEED      which monkey (0)
//   EQUICANVAS_HEARTBEAT_TELL   set: every stop of more than 50 ms is told as it happens
#include "tests/ui/monkey.h"

#include <QElapsedTimer>

namespace equi::ui::testing {
namespace {

constexpr double kLongestStop = 100;   // ms
constexpr double kLongestTheme = 250;  // ms
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
  const auto excused = QObject::connect(&theme(), &Theme::changed, [&heart] { heart.excuse(); });
  Monkey monkey(window.get(), static_cast<unsigned>(number_from("EQUICANVAS_MONKEY_SEED", 0)), &heart);
  QElapsedTimer clock;
  clock.start();
  const qint64 until = qint64{1000} * number_from("EQUICANVAS_MONKEY_SECONDS", kSeconds);
  for (int i = 0; clock.elapsed() < until; ++i) {
    monkey.step();
    QTest::qWait(5 + i % 20);
  }
  QObject::disconnect(excused);
  heart.doing(QStringLiteral("stop"));
  app->growth().stop();
  ASSERT_TRUE(wait_until([&] { return !app->growth().running(); }));
  EXPECT_GT(monkey.steps(), 20);
  RecordProperty("steps", monkey.steps());
  RecordProperty("longest_stop_ms", static_cast<int>(heart.longest_ms()));
  RecordProperty("longest_theme_change_ms", static_cast<int>(heart.longest_excused_ms()));
  RecordProperty("longest_stop_wall_ms", static_cast<int>(heart.longest_wall_ms()));
  std::printf("%d steps, %d beats; the longest stop: %.0f ms (%.0f ms with waiting for a core), %s\n",
              monkey.steps(), heart.beats(), heart.longest_ms(), heart.longest_wall_ms(),
              qPrintable(heart.during()));
  EXPECT_LE(heart.longest_ms(), kLongestStop) << "the event loop stood still: " << qPrintable(heart.during());
  EXPECT_LE(heart.longest_excused_ms(), kLongestTheme) << "a change of theme";
  EXPECT_FALSE(app->log().as_text().contains(QStringLiteral("inside the program")))
      << app->log().as_text().toStdString();
}

}  // namespace
}  // namespace equi::ui::testing
