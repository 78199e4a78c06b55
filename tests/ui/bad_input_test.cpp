// What people drop on a window, pull out from under it, and how it is closed at the wrong moment.
#include <QFile>
#include <filesystem>
#include <fstream>

#include "tests/ui/ui_fixture.h"

namespace equi::ui::testing {
namespace {

namespace fs = std::filesystem;

class BadInput : public UiTest {
 protected:
  fs::path write(const std::string& name, const std::string& text) {
    std::ofstream(folder / name, std::ios::binary) << text;
    return folder / name;
  }

  // Drops a file; the message that comes of it.
  std::string drop(const fs::path& path) {
    window->messages()->hide();
    Q_EMIT window->canvas()->files_dropped({from_path(path)});
    EXPECT_TRUE(wait_until([&] {
      return !window->messages()->isHidden() && window->messages()->property("kind") == QVariant("error");
    }));
    return window->messages()->text().toStdString();
  }
};

TEST_F(BadInput, FilesThatAreNoPicturesAreNamedAndChangeNothing) {
  open_window();
  EXPECT_NE(drop(folder.path()).find("folder"), std::string::npos);
  EXPECT_NE(drop(write("text.png", "this is text")).find("text.png"), std::string::npos);
  EXPECT_NE(drop(write("empty.jpg", "")).find("empty.jpg"), std::string::npos);
  EXPECT_NE(drop(folder / "missing.png").find("missing.png"), std::string::npos);
  EXPECT_FALSE(app->snapshot()->state.photo.has_value());
}

TEST_F(BadInput, FilesThatAreNoProjectsLeaveThePresentOneOpen) {
  open_window();
  EXPECT_NE(drop(write("text.equi", "this is text")).find("text.equi"), std::string::npos);
  EXPECT_NE(drop(write("empty.equi", "")).find("empty.equi"), std::string::npos);
  EXPECT_TRUE(app->has_canvas());
  EXPECT_TRUE(app->project().path().isEmpty());
}

TEST_F(BadInput, AProjectOfANewerProgramSaysSo) {
  open_window();
  const fs::path path = folder / "newer.equi";
  {
    canvas::Document::create(path, app->engine()->identity(), {});
    const canvas::Database database(path, canvas::Database::Mode::open);
    database.execute("PRAGMA user_version = 9999");
  }
  EXPECT_NE(drop(path).find("newer"), std::string::npos);
}

TEST_F(BadInput, AProjectOfAModelThatIsNotInstalledNamesTheModel) {
  open_window();
  const fs::path path = folder / "other.equi";
  auto identity = app->engine()->identity();
  identity.name = "Faraway";
  identity.generator_sha256 = std::string(64, '0');
  canvas::Document::create(path, identity, {});
  Q_EMIT window->canvas()->files_dropped({from_path(path)});
  ASSERT_TRUE(wait_until([&] { return !window->messages()->isHidden(); }));
  EXPECT_TRUE(window->messages()->text().contains(QStringLiteral("Faraway")));
  EXPECT_TRUE(app->project().path().isEmpty());
}

TEST_F(BadInput, AFolderThatIsNotThereCannotBeSavedInto) {
  open_window();
  std::optional<std::optional<Error>> saved;
  app->project().save(from_path(folder / "no" / "such" / "folder.equi"),
                      [&](std::optional<Error> error) { saved = error; });
  ASSERT_TRUE(wait_until([&] { return saved.has_value(); }));
  EXPECT_TRUE(saved->has_value());
}

TEST_F(BadInput, WithoutAModelTheWindowOpensAndSaysWhatToDo) {
  fs::remove_all(to_path(paths.models));
  open_window();
  EXPECT_EQ(app->engine(), nullptr);
  EXPECT_TRUE(window->actions_table()->get("tools.models")->isEnabled());
  EXPECT_FALSE(window->actions_table()->get("grow.right")->isEnabled());
  screenshot(QStringLiteral("no-model"));
  Q_EMIT window->canvas()->files_dropped({from_path(write("a.png", "x"))});
  ASSERT_TRUE(wait_until([&] { return !window->messages()->isHidden(); }));
}

TEST_F(BadInput, ADamagedModelIsExplainedAndTheWindowOpens) {
  fs::resize_file(to_path(paths.models) / "model" / "generator.safetensors", 100);
  open_window();
  EXPECT_EQ(app->engine(), nullptr);
  ASSERT_EQ(app->library().entries().size(), 1U);
  EXPECT_TRUE(app->library().entries()[0].problem.has_value());
}

TEST_F(BadInput, TheModelsFolderIsDeletedWhileItIsUsed) {
  open_window();
  click_scene(0);
  ASSERT_TRUE(wait_columns(2));
  fs::remove_all(to_path(paths.models) / "model");
  app->library().refresh();
  ASSERT_TRUE(wait_until([&] { return app->library().entries().empty(); }));
  trigger("grow.right");
  ASSERT_TRUE(wait_idle(60));
  EXPECT_GT(columns(), 2);
}

TEST_F(BadInput, TheWindowIsClosedWhileColumnsAreMade) {
  open_window();
  click_scene(0);
  ASSERT_TRUE(wait_columns(2));
  trigger("grow.keep_right");
  ASSERT_TRUE(wait_columns(4));
  window->close_now();
  close_window();  // ends every worker
  EXPECT_TRUE(fs::is_empty(to_path(paths.state) / "open") ||
              std::none_of(fs::directory_iterator(to_path(paths.state) / "open"), fs::directory_iterator(),
                           [](const auto& entry) { return entry.path().extension() == ".equi"; }));
}

TEST_F(BadInput, WhatACrashLeftBehindIsOfferedAndComesBack) {
  open_window();
  click_scene(0);
  ASSERT_TRUE(wait_columns(app->growth().amount()));
  ASSERT_TRUE(wait_idle());
  const auto seed = app->snapshot()->state.seed;
  app->project().close(true);  // as a crash does: the working copy stays
  close_window();
  open_window();
  ASSERT_TRUE(wait_until([&] { return !window->messages()->isHidden(); }));
  const auto left = app->project().leftovers();
  ASSERT_EQ(left.size(), 1U);
  app->project().recover(left.front());
  ASSERT_TRUE(wait_until([&] { return columns() > 0; }));
  EXPECT_EQ(app->snapshot()->state.seed, seed);
  EXPECT_TRUE(app->project().dirty());
}

TEST_F(BadInput, ASettingsFolderThatCannotBeMadeIsOnlySaid) {
  write("blocked", "a file where a folder should be");
  paths.settings = from_path(folder / "blocked" / "settings.ini");
  open_window();
  EXPECT_FALSE(app->settings().writable());
  EXPECT_TRUE(app->log().as_text().contains(QStringLiteral("warning")));
  click_scene(0);
  ASSERT_TRUE(wait_columns(1));
}

}  // namespace
}  // namespace equi::ui::testing
