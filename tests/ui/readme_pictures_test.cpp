// The pictures of the README, made by the real window and the demo model:
//
//   EQUICANVAS_PICTURES=FOLDER build/release/bin/ui_test --gtest_filter='ReadmePictures.*'
//
// Without EQUICANVAS_PICTURES they go to build/screenshots/readme, small panoramas that only show that it
// works.
#include <QDir>
#include <QDockWidget>

#include "tests/ui/ui_fixture.h"
#include "ui/grow/variations_dialog.h"
#include "ui/inspector/inspector_panel.h"

namespace equi::ui::testing {
namespace {

constexpr QSize kPicture(1440, 700);
constexpr std::uint64_t kSeed = 11;

class ReadmePictures : public UiTest {
 protected:
  void SetUp() override {
    UiTest::SetUp();
    in_full_ = qEnvironmentVariableIsSet("EQUICANVAS_PICTURES");
    folder_ = qEnvironmentVariable("EQUICANVAS_PICTURES", QStringLiteral(EQUI_SCREENSHOTS "/readme"));
    QDir().mkpath(folder_);
    theme().choose(ThemeChoice::dark);
    open_window(kPicture);
    app->growth().set_seed(kSeed);
    app->growth().set_seed_locked(true);
    if (in_full_) wait_thumbnails();
  }
  void TearDown() override {
    theme().choose(ThemeChoice::system);
    UiTest::TearDown();
  }

  void wait_thumbnails() {
    const auto scenes = app->engine()->manifest().class_names.size();
    EXPECT_TRUE(wait_until(
        [&] {
          for (std::size_t i = 0; i < scenes; ++i) {
            if (app->thumbnails().thumbnail(static_cast<std::int64_t>(i)).isNull()) return false;
          }
          return true;
        },
        300));
  }
  std::int64_t scene_number(std::int64_t wished) const {
    return wished % static_cast<std::int64_t>(app->engine()->manifest().class_names.size());
  }
  int amount(int in_full) const { return in_full_ ? in_full : 8; }
  // A panorama of this scene, grown to both sides.
  void grow(std::int64_t scene, int right, int left) {
    app->growth().set_amount(amount(right));
    app->growth().start_scene(scene_number(scene));
    ASSERT_TRUE(wait_columns(amount(right), 300));
    ASSERT_TRUE(wait_idle(300));
    if (left > 0) {
      const auto wanted = columns() + amount(left);
      app->growth().set_amount(amount(left));
      trigger("grow.left");
      ASSERT_TRUE(wait_columns(wanted, 300));
    }
    settle();
  }
  void settle() {
    ASSERT_TRUE(wait_until([&] {
      return !app->growth().running() && window->canvas()->complete() &&
             window->overview()->missing().size() == 0;
    }));
    QTest::qWait(600);  // what slides in has arrived
  }
  void save(const QString& name) {
    const QString path = QDir(folder_).filePath(name + QStringLiteral(".png"));
    EXPECT_TRUE(window->grab().save(path)) << path.toStdString();
  }

  QString folder_;
  bool in_full_ = false;
};

TEST_F(ReadmePictures, AMorphingPanorama) {
  grow(3, 40, 24);
  app->growth().change_scene(app->snapshot()->extent.end, scene_number(2), 16);
  ASSERT_TRUE(wait_until([&] { return app->snapshot()->state.scenes.size() == 1; }));
  ASSERT_TRUE(wait_until([&] { return !app->growth().running(); }, 300));
  window->resize(kPicture.width(), 500);  // a lower window shows more columns, the whole change among them
  settle();
  window->canvas()->fit_height();
  settle();
  window->canvas()->center_on_column(static_cast<double>(app->snapshot()->state.scenes[0].column) + 8.0);
  settle();
  save(QStringLiteral("panorama"));
}

TEST_F(ReadmePictures, TheInfluenceOfAToken) {
  grow(5, 48, 0);
  auto* dock = window->findChild<QDockWidget*>(QStringLiteral("dock.inspector"));
  dock->show();
  dock->raise();
  InspectorPanel* inspector = window->inspector();
  inspector->pages()->setCurrentWidget(inspector->influence());
  const std::int64_t column = columns() / 2;
  window->canvas()->fit_height();
  window->canvas()->center_on_column(static_cast<double>(column));
  window->canvas()->select({column, column + 1});
  ASSERT_TRUE(wait_until([&] { return !inspector->influence()->picture()->after().isNull(); }));
  settle();
  save(QStringLiteral("inspector"));
}

TEST_F(ReadmePictures, VariationsSideBySide) {
  grow(2, 24, 0);
  VariationsDialog dialog(app.get(), columns() / 2, window.get());
  dialog.resize(1090, 640);  // the cards then have the shape of their pictures
  dialog.show();
  ASSERT_TRUE(wait_until([&] { return dialog.finished(); }, 300));
  QTest::qWait(100);
  const QString path = QDir(folder_).filePath(QStringLiteral("variations.png"));
  EXPECT_TRUE(dialog.grab().save(path));
}

}  // namespace
}  // namespace equi::ui::testing
