// The journeys of the product, driven through the real widgets.
#include <QClipboard>
#include <QElapsedTimer>
#include <QFile>
#include <QMimeData>
#include <algorithm>

#include "tests/ui/heartbeat.h"
#include "tests/ui/ui_fixture.h"
#include "ui/grow/variations_dialog.h"

namespace equi::ui::testing {
namespace {

using engine::FrameId;

class Journeys : public UiTest {
 protected:
  void SetUp() override {
    UiTest::SetUp();
    open_window();
    app->growth().set_amount(8);
  }

  void start_panorama() { make_panorama(8); }

  // Level-0 tiles over everything that exists, decoded anew.
  std::vector<std::vector<std::uint8_t>> pictures() {
    std::vector<std::vector<std::uint8_t>> found;
    const auto extent = app->snapshot()->extent;
    window->canvas()->actual_size();
    app->studio().request_tiles(0, extent);
    const auto first = engine::tile_index(0, extent.begin), last = engine::tile_index(0, extent.end - 1);
    EXPECT_TRUE(wait_until([&] {
      for (auto i = first; i <= last; ++i) {
        if (app->tiles()->is_stale({0, i})) return false;
      }
      return true;
    }));
    for (auto i = first; i <= last; ++i) found.push_back(app->tiles()->find({0, i})->pixels);
    return found;
  }
};

TEST_F(Journeys, AClickOnASceneMakesColumns) {
  start_panorama();
  EXPECT_EQ(columns(), 8);
  EXPECT_EQ(app->snapshot()->state.scene, 0);
  EXPECT_EQ(app->snapshot()->state.seed, app->growth().seed());
  ASSERT_EQ(window->history()->list()->count(), 3);
  EXPECT_EQ(window->history()->list()->item(0)->text(), QStringLiteral("Empty canvas"));
  EXPECT_TRUE(window->history()->list()->item(1)->text().startsWith(QStringLiteral("New panorama")));
  EXPECT_TRUE(app->project().dirty());
  EXPECT_TRUE(window->isWindowModified());
}

TEST_F(Journeys, ExtendsBothWays) {
  start_panorama();
  app->growth().set_amount(16);
  trigger("grow.right");
  ASSERT_TRUE(wait_columns(24));
  app->growth().set_amount(8);
  trigger("grow.left");
  ASSERT_TRUE(wait_columns(32));
  ASSERT_TRUE(wait_idle());
  EXPECT_EQ(app->snapshot()->extent, (ColumnRange{-8, 24}));
}

TEST_F(Journeys, KeepsGoingUntilStoppedAndStopIsImmediate) {
  start_panorama();
  trigger("grow.keep_right");
  ASSERT_TRUE(wait_columns(12));
  EXPECT_TRUE(app->growth().running());
  EXPECT_TRUE(window->actions_table()->get("grow.stop")->isEnabled());
  QElapsedTimer clock;
  clock.start();
  trigger("grow.stop");
  EXPECT_LE(clock.elapsed(), 100) << "the call itself";
  ASSERT_TRUE(wait_until([&] { return !app->growth().running(); }));
  EXPECT_GE(columns(), 12);
  const auto kept = columns();
  QTest::qWait(50);
  EXPECT_EQ(columns(), kept);
}

// Until nothing runs any more; the middle of several tries, and without the time in which a thread of ours
// waited for a core, for a machine that does other things too.
TEST_F(Journeys, StopTakesLessThanATenthOfASecond) {
  start_panorama();
  std::vector<double> times;  // ms
  for (int i = 0; i < 5; ++i) {
    trigger(i % 2 == 0 ? "grow.keep_right" : "grow.keep_left");
    const auto before = columns();
    ASSERT_TRUE(wait_columns(before + 2));
    const double starved = starved_in_all();
    QElapsedTimer clock;
    clock.start();
    trigger("grow.stop");
    ASSERT_TRUE(wait_until([&] { return !app->growth().running(); }));
    times.push_back(static_cast<double>(clock.elapsed()) - std::max(0.0, starved_in_all() - starved));
  }
  std::ranges::sort(times);
  EXPECT_LE(times[times.size() / 2], 100);
}

TEST_F(Journeys, UndoGoesBackToEmptyAndRedoBrings) {
  start_panorama();
  trigger("edit.undo");
  ASSERT_TRUE(wait_until([&] { return columns() == 0; }));
  trigger("edit.undo");
  ASSERT_TRUE(wait_until([&] { return app->snapshot()->cursor == 0; }));
  EXPECT_FALSE(window->actions_table()->get("edit.undo")->isEnabled());
  trigger("edit.redo");
  trigger("edit.redo");
  ASSERT_TRUE(wait_columns(8));
}

TEST_F(Journeys, SavesAndReopensToTheSamePicture) {
  start_panorama();
  const auto before = pictures();
  const QString path = from_path(folder / "kept.equi");
  std::optional<std::optional<Error>> saved;
  app->project().save(path, [&](std::optional<Error> error) { saved = error; });
  ASSERT_TRUE(wait_until([&] { return saved.has_value(); }));
  ASSERT_FALSE(saved->has_value());
  EXPECT_FALSE(app->project().dirty());
  EXPECT_EQ(app->project().title(), QStringLiteral("kept"));
  EXPECT_EQ(app->settings().recent().value(0), path);

  close_window();
  open_window();
  window->projects()->open(path);
  ASSERT_TRUE(wait_until([&] { return columns() == 8 && app->project().path() == path; }));
  EXPECT_FALSE(app->project().dirty());
  EXPECT_EQ(pictures(), before);
}

TEST_F(Journeys, APhotoIsShownAndExtendsBothWays) {
  QImage photo(320, 200, QImage::Format_RGB32);
  for (int y = 0; y < photo.height(); ++y) {
    for (int x = 0; x < photo.width(); ++x) photo.setPixel(x, y, qRgb(x % 256, y, 128));
  }
  const QString path = from_path(folder / "photo.png");
  photo.save(path);
  app->import_photo(path);
  ASSERT_TRUE(wait_until([&] { return app->snapshot()->state.photo.has_value(); }));
  const auto wide = app->snapshot()->state.photo_columns;
  ASSERT_GT(wide, 1);
  app->growth().set_amount(4);
  trigger("grow.right");
  ASSERT_TRUE(wait_columns(wide + 4));
  trigger("grow.left");
  ASSERT_TRUE(wait_columns(wide + 8));
  EXPECT_EQ(app->snapshot()->extent, (ColumnRange{-4, wide + 4}));
}

// Until it has grown: then a click begins another panorama, as anywhere else.
TEST_F(Journeys, AClickOnASceneSaysHowAPhotoContinues) {
  QImage photo(320, 200, QImage::Format_RGB32);
  photo.fill(QColor(90, 140, 200));
  const QString path = from_path(folder / "photo.png");
  photo.save(path);
  app->import_photo(path);
  const auto shown = [&] { return window->scenes()->list()->currentIndex().data(SceneModel::SceneRole); };
  ASSERT_TRUE(wait_until([&] { return app->growth().bare_photo(); }));
  const auto extent = app->snapshot()->extent;
  EXPECT_EQ(shown(), 0);
  EXPECT_TRUE(window->messages()->text().contains(QStringLiteral("Alpine lake")))
      << window->messages()->text().toStdString();
  click_scene(2);
  ASSERT_TRUE(wait_until([&] { return app->snapshot()->state.scene == 2; }));
  EXPECT_TRUE(app->growth().bare_photo());
  EXPECT_EQ(app->snapshot()->extent, extent);
  EXPECT_EQ(shown(), 2);
  EXPECT_TRUE(window->messages()->text().contains(QStringLiteral("Ocean sunset")));
  EXPECT_EQ(window->generation()->scene_text(), QStringLiteral("Scene: Ocean sunset"));
  trigger("edit.undo");
  ASSERT_TRUE(wait_until([&] { return app->snapshot()->state.scene == 0; }));
  EXPECT_TRUE(app->growth().bare_photo());
  EXPECT_EQ(shown(), 0);
  click_scene(3);
  app->growth().set_amount(4);
  trigger("grow.right");
  trigger("grow.left");
  ASSERT_TRUE(wait_columns(extent.size() + 8));
  ASSERT_TRUE(wait_idle());
  const auto& state = app->snapshot()->state;
  EXPECT_EQ(state.scene_at(extent.end).from, 3);
  EXPECT_EQ(state.scene_at(-1).from, 3);
  click_scene(1);
  ASSERT_TRUE(wait_until([&] { return app->snapshot()->state.scene == 1; }));
  EXPECT_FALSE(app->snapshot()->state.photo.has_value());
}

TEST_F(Journeys, APhotoThatBreaksOffIsOpenedWithAWarning) {
  QImage photo(320, 200, QImage::Format_RGB32);
  photo.fill(QColor(90, 140, 200));
  const QString path = from_path(folder / "cut.jpg");
  photo.save(path);
  QFile file(path);
  ASSERT_TRUE(file.open(QIODevice::ReadWrite) && file.resize(file.size() * 9 / 10));
  file.close();
  app->import_photo(path);
  ASSERT_TRUE(wait_until([&] { return app->growth().bare_photo(); }));
  const QString said = window->messages()->text();
  EXPECT_TRUE(said.contains(QStringLiteral("cut.jpg")) && said.contains(QStringLiteral("breaks off")) &&
              said.contains(QStringLiteral("Alpine lake")))
      << said.toStdString();
}

TEST_F(Journeys, APictureIsPasted) {
  QImage photo(300, 100, QImage::Format_RGB32);
  photo.fill(QColor(200, 120, 40));
  QApplication::clipboard()->setImage(photo);
  trigger("edit.paste");
  ASSERT_TRUE(wait_until([&] { return app->snapshot()->state.photo.has_value(); }));
}

TEST_F(Journeys, ASceneIsDroppedOnTheCanvas) {
  start_panorama();
  Q_EMIT window->canvas()->scene_dropped(1, 4);
  ASSERT_TRUE(wait_until([&] { return app->snapshot()->state.scenes.size() == 1; }));
  EXPECT_EQ(app->snapshot()->state.scenes[0], (canvas::SceneChange{4, 1, app->settings().ramp()}));
  ASSERT_TRUE(wait_columns(8));
}

TEST_F(Journeys, ASceneIsDroppedOnAPhoto) {
  QImage photo(320, 200, QImage::Format_RGB32);
  photo.fill(QColor(90, 140, 200));
  const QString path = from_path(folder / "photo.png");
  photo.save(path);
  app->import_photo(path);
  ASSERT_TRUE(wait_until([&] { return app->growth().bare_photo(); }));
  const auto extent = app->snapshot()->extent;
  Q_EMIT window->canvas()->scene_dropped(2, extent.end / 2);
  ASSERT_TRUE(wait_until([&] { return app->snapshot()->state.scene == 2; }));
  EXPECT_TRUE(app->growth().bare_photo());
  EXPECT_EQ(app->snapshot()->history.back(), "Scene of the photo");
  app->growth().set_amount(4);
  trigger("grow.right");
  ASSERT_TRUE(wait_columns(extent.size() + 4));
  ASSERT_TRUE(wait_idle());
  window->canvas()->select({extent.end / 2, extent.end / 2 + 1});
  for (const char* action : {"grow.regenerate", "grow.variations", "grow.cut"})
    EXPECT_FALSE(window->actions_table()->get(action)->isEnabled()) << action;
  app->growth().regenerate(extent.end / 2);
  Q_EMIT window->canvas()->scene_dropped(1, extent.end / 2);
  ASSERT_TRUE(wait_until([&] { return window->messages()->text().contains(QStringLiteral("photo")); }));
  ASSERT_TRUE(wait_idle());
  app->studio().run({}, [](engine::Session*, const jobs::Context&) {}).wait();
  ASSERT_TRUE(wait_idle());
  EXPECT_EQ(columns(), extent.size() + 4) << "refused, and nothing is made";
  EXPECT_EQ(app->snapshot()->state.scene, 2);
}

TEST_F(Journeys, RerollStartsAgainWithTheNextSeed) {
  start_panorama();
  const auto seed = app->growth().seed();
  trigger("grow.reroll");
  ASSERT_TRUE(wait_until([&] { return app->snapshot()->state.seed == seed + 1 && columns() == 8; }));
}

TEST_F(Journeys, RegeneratesFromTheSelectedColumn) {
  start_panorama();
  EXPECT_FALSE(window->actions_table()->get("grow.regenerate")->isEnabled());
  window->canvas()->select({3, 4});
  EXPECT_TRUE(window->actions_table()->get("grow.regenerate")->isEnabled());
  trigger("grow.regenerate");
  ASSERT_TRUE(wait_until([&] { return !app->snapshot()->state.forward.takes.empty() && columns() == 8; }));
  EXPECT_EQ(app->snapshot()->state.forward.take_at(3), 1U);
  EXPECT_EQ(app->snapshot()->state.forward.take_at(2), 0U);
}

TEST_F(Journeys, OneOfSeveralVariationsIsKeptWithItsNumber) {
  start_panorama();
  app->settings().set_variations(2);
  VariationsDialog dialog(app.get(), 4, window.get());
  dialog.show();
  ASSERT_TRUE(wait_until([&] { return !dialog.cards()[1]->picture().isNull(); }));
  screenshot(&dialog, QStringLiteral("variations"));
  QTest::keyClick(&dialog, Qt::Key_2);
  ASSERT_TRUE(dialog.kept().has_value());
  EXPECT_EQ(*dialog.kept(), 2U);
  ASSERT_TRUE(
      wait_until([&] { return app->snapshot()->state.forward.take_at(4) == 2 && !app->growth().running(); }));
}

TEST_F(Journeys, ASeedThatIsTypedIsUsedAndHeld) {
  QLineEdit* seed = window->generation()->seed();
  seed->setFocus();
  seed->selectAll();
  QTest::keyClicks(seed, QStringLiteral("4711"));
  QTest::keyClick(seed, Qt::Key_Return);
  EXPECT_EQ(app->growth().seed(), 4711U);
  EXPECT_TRUE(app->growth().seed_locked());
  start_panorama();
  EXPECT_EQ(app->snapshot()->state.seed, 4711U);
}

TEST_F(Journeys, OtherSettingsHoldFromTheNextColumnOn) {
  start_panorama();
  window->generation()->guidance()->setValue(2.5);
  trigger("grow.right");
  ASSERT_TRUE(wait_columns(16));
  const auto& state = app->snapshot()->state;
  EXPECT_DOUBLE_EQ(state.settings_at(8).guidance.scale, 2.5);
  EXPECT_NE(state.settings_at(7).guidance.scale, 2.5);
}

TEST_F(Journeys, AutoExtendMakesMoreAtTheEnd) {
  start_panorama();
  app->growth().set_auto_extend(true);
  window->canvas()->go_to_end(FrameId::forward);
  ASSERT_TRUE(wait_columns(16));
}

TEST_F(Journeys, HistoryIsAListOneCanGoThrough) {
  start_panorama();
  trigger("grow.right");
  ASSERT_TRUE(wait_columns(16));
  ASSERT_TRUE(wait_idle());
  QListWidget* list = window->history()->list();
  ASSERT_EQ(list->count(), 4);
  const auto go_to = [&](int row) {
    QTest::mouseClick(list->viewport(), Qt::LeftButton, {}, list->visualItemRect(list->item(row)).center());
  };
  go_to(2);
  ASSERT_TRUE(wait_until([&] { return columns() == 8; }));
  go_to(0);
  ASSERT_TRUE(wait_until([&] { return columns() == 0; })) << "an empty canvas, as it says";
  go_to(3);
  ASSERT_TRUE(wait_until([&] { return columns() == 16; }));
}

}  // namespace
}  // namespace equi::ui::testing
