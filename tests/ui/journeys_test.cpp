// The journeys of the product, driven through the real widgets.
#include "tests/ui/ui_fixture.h"

namespace equi::ui::testing {
namespace {

using Journeys = UiTest;

TEST_F(Journeys, FirstMinute) {
  open_window();
  screenshot(QStringLiteral("welcome"));
  click_scene(0);
  ASSERT_TRUE(wait_columns(app->growth().amount()));
  ASSERT_TRUE(wait_idle());
  QTest::qWait(300);
  screenshot(QStringLiteral("first-minute"));
}

}  // namespace
}  // namespace equi::ui::testing
