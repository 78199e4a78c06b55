// What people drop on a window, pull out from under it, and how it is closed at the wrong moment.
#include <QClipboard>
#include <QFile>
#include <QPushButton>
#include <filesystem>
#include <fstream>

#include <unistd.h>

#include "tests/ui/ui_fixture.h"
#include "ui/frame/status_line.h"
#include "ui/grow/variations_dialog.h"
#include "ui/models/models_dialog.h"

namespace equi::ui::testing {
namespace {

namespace fs = std::filesystem;

// The first 33 bytes of a PNG, RGB with 8 bits.
std::string png_header(quint32 width, quint32 height) {
  QByteArray chunk("IHDR");
  for (const quint32 side : {width, height}) {
    for (int shift = 24; shift >= 0; shift -= 8) chunk.append(static_cast<char>(side >> shift));
  }
  chunk.append(QByteArray::fromHex("0802000000"));
  quint32 crc = 0xffffffffU;
  for (const char byte : chunk) {
    crc ^= static_cast<quint8>(byte);
    for (int i = 0; i < 8; ++i) crc = (crc >> 1) ^ ((crc & 1U) != 0 ? 0xedb88320U : 0U);
  }
  crc = ~crc;
  QByteArray file = QByteArray::fromHex("89504e470d0a1a0a0000000d") + chunk;
  for (int shift = 24; shift >= 0; shift -= 8) file.append(static_cast<char>(crc >> shift));
  return file.toStdString();
}

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

// A PNG whose header claims more than memory holds, and one that claims what would just fit; both without
// pixels.
TEST_F(BadInput, APictureThatClaimsToBeHugeIsRefusedAtOnce) {
  open_window();
  for (const quint32 side : {60000U, 30000U}) {
    const auto before = resident_bytes();
    EXPECT_NE(drop(write("huge.png", png_header(side, side))).find("huge.png"), std::string::npos);
    EXPECT_LT(resident_bytes() - before, qint64{200} << 20);
  }
  EXPECT_FALSE(app->snapshot()->state.photo.has_value());
}

// A gibibyte that is no picture (a hole in the disk), and a picture of 360 megapixels; the window goes on
// meanwhile.
TEST_F(BadInput, AGibibyteIsRefusedWithoutReadingIt) {
  open_window();
  const auto zeros = write("zeros.png", "");
  fs::resize_file(zeros, std::uintmax_t{1} << 30);
  const auto wide = write("wide.png", png_header(30000, 12000));
  const auto before = resident_bytes();
  EXPECT_NE(drop(zeros).find("is not a picture that can be read"), std::string::npos);
  EXPECT_NE(drop(wide).find("30000 x 12000 pixels"), std::string::npos);
  EXPECT_LT(resident_bytes() - before, qint64{100} << 20);
  EXPECT_FALSE(app->snapshot()->state.photo.has_value());
  make_panorama(4);
}

TEST_F(BadInput, APictureOfOnePixelIsFittedAndShown) {
  open_window();
  QImage dot(1, 1, QImage::Format_RGB32);
  dot.fill(Qt::red);
  dot.save(from_path(folder / "dot.png"));
  Q_EMIT window->canvas()->files_dropped({from_path(folder / "dot.png")});
  ASSERT_TRUE(wait_until([&] { return app->snapshot()->state.photo.has_value(); }));
}

TEST_F(BadInput, PastingWhatIsNoPictureIsSaid) {
  open_window();
  QApplication::clipboard()->clear();
  trigger("edit.paste");
  EXPECT_NE(window->messages()->text().indexOf(QStringLiteral("clipboard")), -1);
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

// A name that is taken by a folder: also what root cannot write.
TEST_F(BadInput, ATargetThatCannotBeWrittenIsSaidAndTheCanvasStaysUnsaved) {
  open_window();
  make_panorama(4);
  fs::create_directory(folder / "taken.equi");
  fs::create_directory(folder / "closed");
  fs::permissions(folder / "closed", fs::perms::owner_read | fs::perms::owner_exec);
  std::vector<fs::path> targets{folder / "taken.equi", "/proc/panorama.equi"};
  if (access((folder / "closed").c_str(), W_OK) != 0) targets.push_back(folder / "closed" / "a.equi");
  for (const fs::path& target : targets) {
    std::optional<std::optional<Error>> saved;
    app->project().save(from_path(target), [&](std::optional<Error> error) { saved = error; });
    ASSERT_TRUE(wait_until([&] { return saved.has_value(); }));
    ASSERT_TRUE(saved->has_value()) << target;
    EXPECT_NE((*saved)->where().find(target.filename().string()), std::string::npos);
    EXPECT_TRUE(app->project().dirty());
    EXPECT_TRUE(app->project().path().isEmpty());
  }
}

TEST_F(BadInput, WithoutAWritableStateFolderOneWorksAllTheSame) {
  write("blocked", "a file where a folder should be");
  paths.state = from_path(folder / "blocked" / "state");
  paths.cache = from_path(folder / "blocked" / "cache");
  open_window();
  EXPECT_FALSE(window->messages()->isHidden()) << "it says that nothing can be recovered";
  make_panorama(4);
  EXPECT_TRUE(app->log().as_text().contains(QStringLiteral("warning")));
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

TEST_F(BadInput, AModelIsRemovedInTheDialogWhileColumnsAreMade) {
  install(demo_model(), "other");
  open_window();
  click_scene(0);
  ASSERT_TRUE(wait_columns(1));  // the scene's own columns have begun: what is asked now comes after them
  trigger("grow.keep_right");
  ModelsDialog dialog(app.get(), window.get());
  dialog.show();
  const auto folders = app->library().entries().size();
  ASSERT_EQ(dialog.list()->count(), 2);
  EXPECT_FALSE(dialog.remove_button()->isEnabled()) << "the one in use stays";
  dialog.list()->setCurrentRow(1 - dialog.list()->currentRow());
  QTimer::singleShot(0, window.get(), [] {
    QWidget* question = QApplication::activeModalWidget();
    ASSERT_NE(question, nullptr);
    for (QPushButton* button : question->findChildren<QPushButton*>()) {
      if (button->property("role") == QVariant("danger")) button->click();
    }
  });
  dialog.remove_button()->click();
  ASSERT_TRUE(wait_until([&] { return app->library().entries().size() == folders - 1; }));
  const auto before = columns();
  ASSERT_TRUE(wait_columns(before + 2)) << "the model in memory goes on";
  trigger("grow.stop");
  ASSERT_TRUE(wait_idle());
}

TEST_F(BadInput, TheWindowIsClosedWhileEverythingRuns) {
  open_window();
  make_panorama(8);
  window->canvas()->select({2, 4});
  auto dialog = std::make_unique<VariationsDialog>(app.get(), 4, window.get());
  dialog->show();
  QImage photo(400, 200, QImage::Format_RGB32);
  photo.fill(Qt::darkCyan);
  photo.save(from_path(folder / "photo.png"));
  app->import_photo(from_path(folder / "photo.png"));
  app->library().refresh();
  trigger("grow.keep_left");
  dialog.reset();
  window->close_now();
  close_window();
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
  ASSERT_TRUE(wait_until([&] { return columns() > 0 && app->project().dirty(); }));
  EXPECT_EQ(app->snapshot()->state.seed, seed);
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
