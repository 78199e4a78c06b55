// What is remembered, and that no disk holds the window up.
#include <QSettings>
#include <filesystem>
#include <fstream>
#include <future>

#include "tests/ui/ui_fixture.h"
#include "ui/settings_file.h"

namespace equi::ui::testing {
namespace {

namespace fs = std::filesystem;

class SettingsFileTest : public ::testing::Test {
 protected:
  // What the file says, apart from who wrote it.
  QVariant in_file(const QString& key) const { return QSettings(path, QSettings::IniFormat).value(key); }
  // Keeps the worker busy until the promise is kept.
  std::promise<void> hold(jobs::JobQueue& queue) {
    std::promise<void> let_go;
    queue.submit(
        {.name = "hold", .run = [held = let_go.get_future().share()](const jobs::Context&) { held.wait(); }});
    return let_go;
  }

  TempFolder folder;
  QString path = from_path(folder / "settings.ini");
};

TEST_F(SettingsFileTest, AWorkerWritesWhatChangesAndTheWindowDoesNot) {
  const auto queue = std::make_shared<jobs::JobQueue>("test");
  SettingsFile settings(path);
  settings.write_on(queue);
  auto let_go = hold(*queue);
  settings.set_value(QStringLiteral("view/grid"), false);
  EXPECT_EQ(settings.value(QStringLiteral("view/grid")), QVariant(false)) << "known at once";
  ASSERT_TRUE(wait_until([&] { return queue->waiting() > 0; })) << "the worker is asked";
  EXPECT_FALSE(in_file(QStringLiteral("view/grid")).isValid()) << "and nobody else writes";
  let_go.set_value();
  EXPECT_TRUE(wait_until([&] { return in_file(QStringLiteral("view/grid")).isValid(); }));
}

TEST_F(SettingsFileTest, WhatTheWorkerDidNotGetToIsWrittenAtTheEnd) {
  const auto queue = std::make_shared<jobs::JobQueue>("test");
  {
    SettingsFile settings(path);
    settings.write_on(queue);
    settings.set_value(QStringLiteral("grow/columns"), 7);
    settings.set_value(QStringLiteral("window/layout"), QByteArray("\0\1\2", 3));
    settings.set_value(QStringLiteral("project/recent"),
                       QStringList{QStringLiteral("a, b"), QStringLiteral("c")});
  }
  const SettingsFile again(path);
  EXPECT_EQ(again.value(QStringLiteral("grow/columns")).toInt(), 7);
  EXPECT_EQ(again.value(QStringLiteral("window/layout")).toByteArray(), QByteArray("\0\1\2", 3));
  EXPECT_EQ(again.value(QStringLiteral("project/recent")).toStringList(),
            (QStringList{QStringLiteral("a, b"), QStringLiteral("c")}));
}

TEST_F(SettingsFileTest, TwoProgramsKeepEachOthersSettings) {
  {
    SettingsFile one(path);
    SettingsFile other(path);
    one.set_value(QStringLiteral("one/value"), 1);
    other.set_value(QStringLiteral("other/value"), 2);
  }
  EXPECT_EQ(in_file(QStringLiteral("one/value")).toInt(), 1);
  EXPECT_EQ(in_file(QStringLiteral("other/value")).toInt(), 2);
}

TEST_F(SettingsFileTest, AKeyIsFoundAgainHoweverItIsSpelt) {
  const auto spelt = QStringLiteral("favourites/a//b of c/ü = 100 %");
  { SettingsFile(path).set_value(spelt, 1); }
  EXPECT_EQ(SettingsFile(path).value(spelt).toInt(), 1);
}

TEST_F(SettingsFileTest, WhatCannotBeWrittenIsKeptAndTriedAgain) {
  path = from_path(folder / "closed" / "settings.ini");
  std::ofstream(folder / "closed") << "a file where a folder should be";
  const auto queue = std::make_shared<jobs::JobQueue>("test");
  SettingsFile settings(path);
  settings.write_on(queue);
  EXPECT_FALSE(settings.writable());
  settings.set_value(QStringLiteral("a/b"), 1);
  auto let_go = hold(*queue);
  ASSERT_TRUE(wait_until([&] { return queue->waiting() > 0; }));
  let_go.set_value();
  queue->wait_idle();
  EXPECT_EQ(settings.value(QStringLiteral("a/b")).toInt(), 1);
  fs::remove(folder / "closed");
  fs::create_directory(folder / "closed");
  settings.set_value(QStringLiteral("a/c"), 2);
  ASSERT_TRUE(wait_until([&] { return in_file(QStringLiteral("a/c")).isValid(); }));
  EXPECT_EQ(in_file(QStringLiteral("a/b")).toInt(), 1);
}

TEST_F(UiTest, WhatIsChangedInTheWindowIsThereTheNextTime) {
  open_window();
  const bool grid = app->settings().grid();
  trigger("view.grid");
  close_window();
  EXPECT_EQ(AppSettings(paths).grid(), !grid);
}

}  // namespace
}  // namespace equi::ui::testing
