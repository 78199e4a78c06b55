// The batch dialog, driven through its real widgets.
#include <QDir>
#include <QSignalSpy>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "core/batch/manifest.h"
#include "core/batch/picture_output.h"
#include "core/media/image.h"
#include "tests/ui/ui_fixture.h"
#include "ui/batch/batch_dialog.h"

namespace equi::ui::testing {
namespace {

namespace fs = std::filesystem;
using batch::ItemState;

class BatchDialogTest : public UiTest {
 protected:
  void open_batch() {
    open_window();
    trigger("file.batch");
    ASSERT_NE(dialog(), nullptr);
    form()->folder()->setText(from_path(folder / "out"));
  }
  BatchDialog* dialog() const { return window->findChild<BatchDialog*>(); }
  PlanForm* form() const { return dialog()->form(); }
  BatchHost& host() const { return app->batch(); }
  std::string problem() const { return form()->problem()->text().toStdString(); }
  void check_scenes(int count) {
    for (int i = 0; i < form()->scenes()->count(); ++i)
      form()->scenes()->item(i)->setCheckState(i < count ? Qt::Checked : Qt::Unchecked);
  }
  void plan(int scenes, const char* seeds, const char* widths = "4") {
    check_scenes(scenes);
    form()->seeds()->setText(QLatin1String(seeds));
    form()->widths()->setText(QLatin1String(widths));
  }
  void start() {
    ASSERT_TRUE(dialog()->start_button()->isEnabled()) << problem();
    dialog()->start_button()->click();
    ASSERT_TRUE(wait_until([&] { return dialog()->shows_queue() && !host().rows().empty(); })) << problem();
  }
  // Starts it with the device held, so that nothing is made before the test says so (step_batch).
  Hold start_held() {
    const Hold held = hold_device();
    start();
    EXPECT_TRUE(wait_until([&] { return host().running(); }));
    return held;
  }
  bool wait_done(std::int64_t count) {
    return wait_until([&] { return host().counts().done >= count; });
  }
  bool wait_stopped() {
    return wait_until([&] { return !host().running(); });
  }
  ItemState state(int row) { return host().rows().at(std::size_t(row)).state; }
  QStringList pictures() const {
    return QDir(from_path(folder / "out")).entryList({"*.png"}, QDir::Files, QDir::Name);
  }
};

TEST_F(BatchDialogTest, CountsWhileThePlanIsWritten) {
  open_batch();
  plan(2, "1, 5, 9-10", "32 64");
  EXPECT_NE(form()->facts()->text().indexOf(QStringLiteral("16 pictures")), -1)
      << form()->facts()->text().toStdString();
  EXPECT_FALSE(form()->plan().has_value() && problem().empty()) << "two widths under one name";
  EXPECT_NE(problem().find("{width}"), std::string::npos) << problem();
  form()->pattern()->setText(QStringLiteral("{scene}-{seed}-{width}"));
  ASSERT_TRUE(form()->plan().has_value()) << problem();
  EXPECT_EQ(form()->plan()->seeds, (std::vector<std::uint64_t>{1, 5, 9, 10}));
  form()->guidance()->setText(QStringLiteral("1.5, 4"));
  form()->pattern()->setText(QStringLiteral("{scene}-{seed}-{width}-{guidance}"));
  EXPECT_NE(form()->facts()->text().indexOf(QStringLiteral("32 pictures")), -1);
  screenshots(dialog(), QStringLiteral("batch-plan"));
}

TEST_F(BatchDialogTest, WhatWasTypedIsThereAgain) {
  open_batch();
  plan(2, "7, 9", "48");
  form()->steps()->setText(QStringLiteral("12"));
  form()->seamless()->setChecked(true);
  dialog()->reject();
  ASSERT_TRUE(wait_until([&] { return dialog() == nullptr; }));
  trigger("file.batch");
  EXPECT_EQ(form()->seeds()->text(), QStringLiteral("7, 9"));
  EXPECT_EQ(form()->widths()->text(), QStringLiteral("48"));
  EXPECT_EQ(form()->steps()->text(), QStringLiteral("12"));
  EXPECT_TRUE(form()->seamless()->isChecked());
  EXPECT_EQ(form()->scenes()->item(1)->checkState(), Qt::Checked);
  EXPECT_EQ(form()->scenes()->item(2)->checkState(), Qt::Unchecked);
}

TEST_F(BatchDialogTest, WhatWasChosenStaysWhenTheModelIsLoadedInAnotherPrecision) {
  open_batch();
  auto* scenes = form()->scenes();
  scenes->item(0)->setCheckState(Qt::Unchecked);
  scenes->item(2)->setCheckState(Qt::Checked);
  form()->filter()->setText(scenes->item(2)->text());
  const auto engine = app->engine();
  app->settings().set_precision(QStringLiteral("int8"));
  app->use_model(engine->folder());
  ASSERT_TRUE(wait_until([&] { return app->engine() != engine && !app->host().loading(); }));
  EXPECT_EQ(scenes->item(0)->checkState(), Qt::Unchecked);
  EXPECT_EQ(scenes->item(2)->checkState(), Qt::Checked);
  EXPECT_TRUE(scenes->item(0)->isHidden());
  EXPECT_FALSE(scenes->item(2)->isHidden());
}

TEST_F(BatchDialogTest, RefusesWhatCannotBeAndSaysWhy) {
  open_batch();
  plan(1, "1-3");
  const auto refused = [&](QLineEdit* field, const char* text, const char* word) {
    const QString good = field->text();
    field->setText(QLatin1String(text));
    EXPECT_FALSE(dialog()->start_button()->isEnabled()) << text;
    EXPECT_NE(problem().find(word), std::string::npos) << text << ": " << problem();
    field->setText(good);
    EXPECT_TRUE(dialog()->start_button()->isEnabled()) << problem();
  };
  refused(form()->pattern(), "{scene}", "{seed}");
  refused(form()->pattern(), "../{scene}-{seed}", "..");
  refused(form()->pattern(), "a/{seed}", "/");
  refused(form()->pattern(), "{colour}-{seed}", "colour");
  refused(form()->pattern(), "{seed", "{");
  refused(form()->seeds(), "", "Seeds");
  refused(form()->seeds(), "many", "many");
  refused(form()->seeds(), "9-1", "9-1");
  refused(form()->seeds(), "1-99999999999", "longer");
  refused(form()->widths(), "0", "Columns");
  refused(form()->guidance(), "-1", "Guidance");
  refused(form()->steps(), "1.5", "Steps");
  refused(form()->folder(), "", "Folder");
  form()->pattern()->setText(QStringLiteral("../{seed}"));
  screenshots(dialog(), QStringLiteral("batch-refused"));
  form()->pattern()->setText(QStringLiteral("{seed}"));
  check_scenes(0);
  EXPECT_NE(problem().find("Scenes"), std::string::npos);
}

TEST_F(BatchDialogTest, TwoScenesTimesTwoSeeds) {
  open_batch();
  plan(2, "1-2");
  QSignalSpy ended(&host(), &BatchHost::ended), thumbnails(&host(), &BatchHost::thumbnail);
  start();
  ASSERT_TRUE(wait_done(4));
  ASSERT_TRUE(wait_until([&] { return ended.count() == 1; }));
  EXPECT_TRUE(ended.first().first().toBool());
  EXPECT_EQ(pictures().size(), 4);
  for (const QString& name : pictures())
    EXPECT_EQ(media::read_image(folder / "out" / name.toStdString()).width, 64) << name.toStdString();
  EXPECT_EQ(batch::read_manifest(folder / "out" / "manifest.jsonl").size(), 4U);
  EXPECT_TRUE(fs::exists(folder / "out" / "contact-sheet.jpg"));
  ASSERT_TRUE(wait_until([&] { return thumbnails.count() == 4; }));
  EXPECT_FALSE(thumbnails.last().at(1).value<QImage>().isNull());
  EXPECT_FALSE(dialog()->pause_button()->isVisible());
  screenshots(dialog(), QStringLiteral("batch-done"));
  ASSERT_TRUE(wait_until([&] { return dialog()->new_button()->isEnabled(); }));
  dialog()->new_button()->click();
  EXPECT_FALSE(dialog()->shows_queue());
}

TEST_F(BatchDialogTest, PausesAndResumes) {
  open_batch();
  plan(1, "1-6", "24");
  Hold held = start_held();
  held = step_batch(held, [&] { return host().progress().done > 0; });
  screenshot(dialog(), QStringLiteral("batch-running"));
  EXPECT_EQ(shared_letters(dialog()), QStringList());
  dialog()->pause_button()->click();
  ASSERT_TRUE(wait_until([&] { return host().paused(); }));
  held.let_go();
  ASSERT_TRUE(wait_until([&] { return !host().running(); }));
  ASSERT_TRUE(wait_until([&] { return dialog()->pause_button()->text().contains("Resume"); }));
  EXPECT_NE(dialog()->note()->text().indexOf(QStringLiteral("Paused")), -1);
  const auto done = host().counts().done;
  screenshots(dialog(), QStringLiteral("batch-paused"));
  EXPECT_EQ(shared_letters(dialog()), QStringList());
  QTest::qWait(300);
  EXPECT_EQ(host().counts().done, done);
  EXPECT_LT(done, 6);
  dialog()->pause_button()->click();
  ASSERT_TRUE(wait_done(6));
}

TEST_F(BatchDialogTest, CancelsOneMovesOneAndMakesTheRest) {
  open_batch();
  plan(1, "1-6");
  // Paused before anything is made, so that what is cancelled is known.
  const Hold held = start_held();
  host().pause();
  ASSERT_TRUE(wait_until([&] { return host().paused(); }));
  held.let_go();
  ASSERT_TRUE(wait_until([&] { return !host().running(); }));
  const auto number_of = [&](int row) { return host().rows().at(std::size_t(row)).number; };
  const auto last = number_of(5), victim = number_of(4);
  dialog()->table()->selectRow(5);
  dialog()->top_button()->click();
  ASSERT_TRUE(wait_until([&] { return number_of(0) == last; }));
  EXPECT_EQ(dialog()->table()->selectionModel()->selectedRows().first().row(), 0)
      << "the selection goes along";
  dialog()->down_button()->click();
  ASSERT_TRUE(wait_until([&] { return number_of(1) == last; }));
  ASSERT_EQ(number_of(5), victim);
  dialog()->table()->selectRow(5);
  dialog()->cancel_button()->click();
  ASSERT_TRUE(wait_until([&] { return state(5) == ItemState::cancelled; }));
  EXPECT_FALSE(dialog()->cancel_button()->isEnabled());
  EXPECT_TRUE(dialog()->retry_button()->isEnabled());
  dialog()->pause_button()->click();
  ASSERT_TRUE(wait_done(5));
  ASSERT_TRUE(wait_stopped());
  EXPECT_EQ(pictures().size(), 5);
  dialog()->table()->selectRow(5);
  dialog()->retry_button()->click();
  ASSERT_TRUE(wait_done(6)) << "a queue at its end goes on";
}

TEST_F(BatchDialogTest, AFolderThatVanishesIsSaidAndTheRestCanGoOn) {
  open_batch();
  plan(1, "1-4", "24");
  Hold held = start_held();
  held = step_batch(held, [&] { return host().progress().done > 0; });
  fs::remove_all(folder / "out");
  held.let_go();
  ASSERT_TRUE(wait_until([&] { return !host().running() && !dialog()->note()->isHidden(); }));
  EXPECT_NE(dialog()->note()->text().indexOf(QStringLiteral("out")), -1)
      << dialog()->note()->text().toStdString();
  screenshots(dialog(), QStringLiteral("batch-vanished"));
  ASSERT_TRUE(wait_until([&] { return dialog()->new_button()->isEnabled(); }));
  dialog()->new_button()->click();
  ASSERT_TRUE(wait_until([&] { return dialog()->start_button()->isEnabled(); })) << problem();
  form()->folder()->setText(from_path(folder / "out"));
  plan(1, "1", "4");
  start();
  ASSERT_TRUE(wait_done(1));
}

TEST_F(BatchDialogTest, WhatFailedIsMadeOnceTheReasonIsGone) {
  open_batch();
  plan(1, "1-3");
  form()->pattern()->setText(QStringLiteral("p{seed}"));
  const Hold held = start_held();
  // A folder has the name of a picture.
  fs::create_directories(folder / "out" / "p2.png" / "in the way");
  held.let_go();
  ASSERT_TRUE(wait_done(2));
  ASSERT_TRUE(wait_until([&] { return host().counts().failed == 1 && !host().running(); }));
  EXPECT_EQ(state(1), ItemState::failed);
  EXPECT_NE(host().rows().at(1).reason.find("p2.png"), std::string::npos) << host().rows().at(1).reason;
  EXPECT_FALSE(host().paused()) << "the others did not wait for it";
  EXPECT_TRUE(dialog()->reason()->isHidden());
  dialog()->table()->selectRow(0);
  EXPECT_TRUE(dialog()->reason()->isHidden()) << "the first one is done";
  dialog()->table()->selectRow(1);
  EXPECT_FALSE(dialog()->reason()->isHidden());
  EXPECT_TRUE(dialog()->reason()->text().endsWith(QString::fromStdString(host().rows().at(1).reason)))
      << dialog()->reason()->text().toStdString();
  screenshots(dialog(), QStringLiteral("batch-failed"));
  const auto first = fs::last_write_time(folder / "out" / "p1.png");
  fs::remove_all(folder / "out" / "p2.png");
  dialog()->table()->clearSelection();
  ASSERT_TRUE(wait_until([&] { return dialog()->retry_button()->isEnabled(); }));
  dialog()->retry_button()->click();
  ASSERT_TRUE(wait_done(3));
  EXPECT_EQ(host().counts().failed, 0);
  EXPECT_EQ(media::read_image(folder / "out" / "p2.png").width, 64);
  EXPECT_EQ(fs::last_write_time(folder / "out" / "p1.png"), first) << "what was done is not made again";
  ASSERT_TRUE(wait_stopped());
  EXPECT_EQ(batch::read_manifest(folder / "out" / "manifest.jsonl").size(), 3U);
}

// Moved away in the middle (a disk that is taken off) and put back.
TEST_F(BatchDialogTest, AFolderThatComesBackGoesOnWhereItWas) {
  open_batch();
  plan(1, "1-3", "6");
  Hold held = start_held();
  held = step_batch(held, [&] { return host().progress().done > 0; });
  fs::rename(folder / "out", folder / "away");
  held.let_go();
  ASSERT_TRUE(wait_until([&] { return !host().running() && !dialog()->note()->isHidden(); }));
  EXPECT_NE(dialog()->note()->text().indexOf(QStringLiteral("out")), -1)
      << dialog()->note()->text().toStdString();
  fs::rename(folder / "away", folder / "out");
  ASSERT_TRUE(wait_until([&] { return dialog()->pause_button()->text().contains("Resume"); }))
      << dialog()->note()->text().toStdString();
  dialog()->pause_button()->click();
  ASSERT_TRUE(wait_done(3)) << dialog()->note()->text().toStdString() << host().counts().running;
  EXPECT_EQ(host().counts().failed, 0);
  EXPECT_EQ(pictures().size(), 3);
}

TEST_F(BatchDialogTest, ADiskThatIsTooSmallIsSaidBeforeItStarts) {
  open_batch();
  app->set_free_space([](const fs::path&) -> std::optional<std::uint64_t> { return 5000; });
  form()->folder()->setText(from_path(folder / "small"));
  plan(1, "1");
  ASSERT_TRUE(wait_until([&] { return problem().find("needed") != std::string::npos; })) << problem();
  EXPECT_TRUE(dialog()->start_button()->isEnabled()) << "an estimate may be wrong";
  QStringList asked;
  answer(asked, {1});
  dialog()->start_button()->click();
  EXPECT_EQ(asked, QStringList{QStringLiteral("The disk may become full")});
  EXPECT_FALSE(dialog()->shows_queue());
  EXPECT_FALSE(fs::exists(folder / "small"));
  answer(asked, {0});
  start();
  ASSERT_TRUE(wait_done(1));
}

TEST_F(BatchDialogTest, AFolderWithAnotherBatchIsRefusedWithTheReason) {
  open_batch();
  plan(1, "1");
  start();
  ASSERT_TRUE(wait_done(1));
  ASSERT_TRUE(wait_until([&] { return dialog()->new_button()->isEnabled(); }));
  dialog()->new_button()->click();
  form()->folder()->setText(from_path(folder / "out"));
  plan(1, "1-2");
  dialog()->start_button()->click();
  ASSERT_TRUE(wait_until([&] { return problem().find("another plan") != std::string::npos; })) << problem();
  EXPECT_FALSE(dialog()->shows_queue());
  plan(1, "1");
  dialog()->start_button()->click();
  ASSERT_TRUE(wait_until([&] { return dialog()->shows_queue(); }))
      << "its own plan finds it again: " << problem();
}

TEST_F(BatchDialogTest, GoesOnWithoutTheDialogAndIsFoundAgainAfterARestart) {
  open_batch();
  plan(1, "1-2", "8, 120");  // two groups
  form()->pattern()->setText(QStringLiteral("{seed}-{width}"));
  Hold held = start_held();
  dialog()->close();
  held = step_batch(held, [&] { return pictures().size() == 2; });  // it goes on
  // Quits in the middle: the end waits for the column at hand, so the device is let go while it does.
  {
    const std::jthread later([held] {
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
      held.let_go();
    });
    close_window();
  }
  open_window();
  ASSERT_TRUE(wait_until([&] { return host().is_open(); }));
  ASSERT_TRUE(wait_until([&] { return host().counts().all() == 4; }));
  EXPECT_FALSE(host().running()) << "it waits for the user";
  EXPECT_NE(window->messages()->text().indexOf(QStringLiteral("not finished")), -1);
  trigger("file.batch");
  EXPECT_TRUE(dialog()->shows_queue());
  dialog()->pause_button()->click();
  ASSERT_TRUE(wait_done(4));
}

TEST_F(BatchDialogTest, ComesBackPausedAfterACrash) {
  open_batch();
  plan(1, "1-2");
  const auto wanted = *form()->plan();
  {  // what a kill in the middle leaves behind
    auto known = wanted;
    known.batch = 1;
    const auto queue = batch::Queue::open(known, batch::facts_of(*app->engine()));
    queue->start({0});
  }
  std::ofstream(folder / "out" / ".equicanvas-batch.lock") << "opened\n";
  start();
  ASSERT_TRUE(wait_until([&] { return host().paused(); }));
  EXPECT_FALSE(host().running());
  EXPECT_NE(dialog()->note()->text().indexOf(QStringLiteral("ended while")), -1)
      << dialog()->note()->text().toStdString();
  dialog()->pause_button()->click();
  ASSERT_TRUE(wait_done(2));
}

TEST_F(BatchDialogTest, TheWindowSaysThatOneRunsAndAsksBeforeItCloses) {
  open_batch();
  EXPECT_FALSE(window->status()->batch()->isVisible());
  plan(1, "1-6", "24");
  const Hold held = start_held();
  dialog()->close();
  ASSERT_TRUE(wait_until([&] { return window->status()->batch()->isVisible(); }));
  EXPECT_EQ(window->status()->batch()->text(), QStringLiteral("Batch 0/6"));
  QTest::qWait(30);
  screenshots(window.get(), QStringLiteral("batch-in-status"));
  QTest::mouseClick(window->status()->batch(), Qt::LeftButton);
  ASSERT_TRUE(dialog() != nullptr && dialog()->isVisible() && dialog()->shows_queue());
  dialog()->close();
  QStringList asked;
  constexpr int pause_and_close = 0, keep_running = 1;
  answer(asked, {keep_running}, QStringLiteral("batch-closing"));
  window->close();
  ASSERT_TRUE(wait_until([&] { return asked.size() == 1 && QApplication::activeModalWidget() == nullptr; }));
  EXPECT_TRUE(window->isVisible());
  EXPECT_TRUE(host().running());
  answer(asked, {pause_and_close});
  window->close();
  ASSERT_TRUE(wait_until([&] { return !window->isVisible(); }));
  EXPECT_EQ(asked, (QStringList{QStringLiteral("A batch is not finished"),
                                QStringLiteral("A batch is not finished")}));
  held.let_go();
}

TEST_F(BatchDialogTest, APausedOneStaysInTheStatusLine) {
  open_batch();
  plan(1, "1-2");
  const Hold held = start_held();
  host().pause();
  ASSERT_TRUE(wait_until([&] { return host().paused(); }));
  held.let_go();
  ASSERT_TRUE(wait_stopped());
  ASSERT_TRUE(wait_until([&] { return window->status()->batch()->text().contains("paused"); }));
  dialog()->pause_button()->click();
  ASSERT_TRUE(wait_done(2));
  ASSERT_TRUE(wait_until([&] { return !window->status()->batch()->isVisible(); })) << "it is done";
}

TEST_F(BatchDialogTest, ThumbnailsAreThereHoweverOftenItIsOpened) {
  open_batch();
  plan(1, "1-2");
  start();
  ASSERT_TRUE(wait_done(2));
  const auto pictures_shown = [&] {
    return wait_until([&] {
      for (int row = 0; row < 2; ++row) {
        const auto index = dialog()->model()->index(row, QueueModel::picture);
        const auto pixmap = index.data(Qt::DecorationRole).value<QPixmap>();
        if (pixmap.isNull() || pixmap.hasAlphaChannel()) return false;  // what stands for one is round
      }
      return true;
    });
  };
  EXPECT_TRUE(pictures_shown());
  dialog()->close();
  ASSERT_TRUE(wait_until([&] { return dialog() == nullptr; }));
  trigger("file.batch");
  EXPECT_TRUE(pictures_shown()) << "the dialog once more";
  close_window();
  open_window();
  trigger("file.batch");
  host().reopen(from_path(folder / "out"));
  ASSERT_TRUE(wait_until([&] { return dialog()->shows_queue() && dialog()->model()->rowCount() == 2; }));
  EXPECT_TRUE(pictures_shown()) << "the program once more";
  QImage picture(40, 30, QImage::Format_RGB32);
  picture.fill(Qt::darkGreen);
  for (int item = 2; item < 2 * QueueModel::kThumbnailsKept; ++item) Q_EMIT host().thumbnail(item, picture);
  EXPECT_LE(dialog()->model()->thumbnails_kept(), QueueModel::kThumbnailsKept);
  EXPECT_TRUE(pictures_shown()) << "what memory let go is read again";
}

}  // namespace
}  // namespace equi::ui::testing
