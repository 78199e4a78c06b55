// What a user made stays, or a question is asked: another device or precision, names of files, crashes, the
// end of the program.
#include <QDockWidget>
#include <QFileDialog>
#include <QPushButton>
#include <QTimer>
#include <QWheelEvent>
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/ui/ui_fixture.h"
#include "ui/frame/save_file.h"
#include "ui/inspector/inspector_panel.h"
#include "ui/models/models_dialog.h"

namespace equi::ui::testing {
namespace {

namespace fs = std::filesystem;

class NothingLost : public UiTest {
 protected:
  // A panorama that is saved under a name, then changed.
  void make_named_and_dirty() {
    make_panorama(8);
    std::optional<std::optional<Error>> saved;
    app->project().save(from_path(folder / "kept.equi"), [&](std::optional<Error> error) { saved = error; });
    ASSERT_TRUE(wait_until([&] { return saved.has_value(); }));
    ASSERT_FALSE(saved->has_value());
    app->growth().set_amount(4);
    trigger("grow.left");
    ASSERT_TRUE(wait_columns(12));
    ASSERT_TRUE(wait_idle());
  }
  std::vector<float> tokens() {
    std::vector<float> found;
    app->studio()
        .run({},
             [&](engine::Session* session, const jobs::Context&) {
               if (session != nullptr) found = session->tokens(session->extent());
             })
        .wait();
    return found;
  }
  // Waits for what the device and the files have to do, and for what they have to say.
  void settle() {
    for (int i = 0; i < 3; ++i) {
      for (const auto& queue : {app->files(), app->device_queue()}) queue->wait_idle();
      QApplication::processEvents();
    }
  }
  void turn_wheel(QWidget* over) {
    const QPointF at = QRectF(over->rect()).center();
    for (const int delta : {-120, 120, -120}) {
      QWheelEvent event(at, over->mapToGlobal(at), {}, {0, delta}, Qt::NoButton, Qt::NoModifier,
                        Qt::NoScrollPhase, false);
      QApplication::sendEvent(over, &event);
    }
  }
  // Types these names into the next file dialogs, one each; an empty one is Escape.
  void type_names(const QStringList& names) {
    auto* timer = new QTimer(window.get());
    QObject::connect(timer, &QTimer::timeout, timer, [timer, names = QStringList(names)]() mutable {
      auto* dialog = qobject_cast<QFileDialog*>(QApplication::activeModalWidget());
      if (dialog == nullptr) return;
      const QString name = names.takeFirst();
      if (names.isEmpty()) {
        timer->stop();
        timer->deleteLater();
      }
      if (name.isEmpty()) return QTest::keyClick(dialog, Qt::Key_Escape);
      auto* edit = dialog->findChild<QLineEdit*>();
      edit->setText(name);
      QTest::keyClick(edit, Qt::Key_Return);
    });
    timer->start(20);
  }
  void write(const std::string& name, const std::string& text) { std::ofstream(folder / name) << text; }
  std::string read(const std::string& name) {
    std::ifstream file(folder / name);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  QString in_folder(const char* name) { return from_path(folder / name); }
  QStringList asked;
};

TEST_F(NothingLost, AnotherPrecisionKeepsTheCanvasItsHistoryAndItsName) {
  open_window();
  make_named_and_dirty();
  window->canvas()->zoom_in();
  window->canvas()->select({2, 4});
  app->growth().set_settings([&] {
    auto settings = app->growth().settings();
    settings.guidance.scale = 2.25;
    return settings;
  }());
  const auto before = *app->snapshot();
  const auto had = tokens();
  const double zoom = window->canvas()->viewport().zoom();
  const auto engine = app->engine();
  ModelsDialog dialog(app.get(), window.get());
  dialog.open();  // in front, as the menu opens it
  ASSERT_TRUE(wait_until([&] { return dialog.isActiveWindow(); }));
  answer(asked, {0});  // none is expected
  QTest::keyClick(dialog.precision(), Qt::Key_End);
  ASSERT_EQ(app->settings().precision(), QStringLiteral("int8"));
  ASSERT_TRUE(wait_until([&] { return !app->host().loading() && app->engine() != engine; }));
  settle();
  EXPECT_EQ(asked, QStringList());
  EXPECT_EQ(app->snapshot()->project, before.project);
  EXPECT_TRUE(app->snapshot()->state == before.state);
  EXPECT_EQ(app->snapshot()->history, before.history);
  EXPECT_EQ(app->snapshot()->cursor, before.cursor);
  EXPECT_EQ(tokens(), had);
  EXPECT_EQ(app->project().title(), QStringLiteral("kept"));
  EXPECT_TRUE(app->project().dirty());
  EXPECT_EQ(window->canvas()->viewport().zoom(), zoom);
  EXPECT_EQ(app->selection(), (ColumnRange{2, 4}));
  EXPECT_EQ(app->growth().settings().guidance.scale, 2.25);
  dialog.close();
  ASSERT_TRUE(wait_idle()) << "the picture is drawn again";
  trigger("edit.undo");
  ASSERT_TRUE(wait_until([&] { return columns() == 8 && !app->project().dirty(); }))
      << "it is the saved one again";
  trigger("edit.redo");
  ASSERT_TRUE(wait_columns(12));
  trigger("grow.right");
  ASSERT_TRUE(wait_columns(16)) << "and it grows";
}

TEST_F(NothingLost, AnotherPrecisionWhileColumnsAreMadeKeepsThem) {
  open_window();
  make_panorama(8);
  trigger("grow.keep_right");
  ASSERT_TRUE(wait_columns(12));
  ModelsDialog dialog(app.get(), window.get());
  dialog.open();
  ASSERT_TRUE(wait_until([&] { return dialog.isActiveWindow(); }));
  const auto engine = app->engine();
  QTest::keyClick(dialog.precision(), Qt::Key_End);
  ASSERT_TRUE(wait_until([&] { return !app->host().loading() && app->engine() != engine; }));
  ASSERT_TRUE(wait_until([&] { return !app->growth().running(); }));
  settle();
  EXPECT_GE(columns(), 12);
  EXPECT_EQ(std::int64_t(tokens().size()), columns() * app->engine()->token_width());
}

// New, chosen while the model is being loaded, is what is there afterwards.
TEST_F(NothingLost, ANewPanoramaWhileThePrecisionChangesIsNotMixedWithTheOld) {
  open_window();
  make_panorama(8);
  const auto project = app->snapshot()->project;
  const auto engine = app->engine();
  const Hold held = hold_device();
  ASSERT_TRUE(wait_until([&] { return held.entered->load(); }));
  app->settings().set_precision(QStringLiteral("int8"));
  app->use_model(engine->folder());
  app->project().start_untitled();
  held.let_go();
  ASSERT_TRUE(wait_until([&] { return !app->host().loading() && app->engine() != engine; }));
  ASSERT_TRUE(wait_until([&] { return app->snapshot()->project != project; }));
  settle();
  EXPECT_EQ(columns(), 0);
  app->growth().set_amount(4);
  click_scene(1);
  ASSERT_TRUE(wait_columns(4));
  ASSERT_TRUE(wait_idle());
  app->project().close(true);
  close_window();
  open_window();
  EXPECT_EQ(app->project().leftovers().size(), 1U) << "it is in its own file, and the old one is gone";
}

TEST_F(NothingLost, TheWheelAndAChoiceOfTheSameChangeNothing) {
  open_window();
  make_panorama(4);
  const auto engine = app->engine();
  ModelsDialog dialog(app.get(), window.get());
  dialog.show();
  for (QComboBox* box : {dialog.device(), dialog.precision()}) {
    box->setFocus();
    turn_wheel(box);
    EXPECT_EQ(box->currentIndex(), 0);
    Q_EMIT box->activated(0);  // the list was opened and the same chosen
  }
  EXPECT_FALSE(app->host().loading());
  settle();
  EXPECT_EQ(app->engine(), engine);
  EXPECT_EQ(app->settings().precision(), QStringLiteral("auto"));
  EXPECT_EQ(columns(), 4);
}

// What would be begun on the canvas now would be thrown away a moment later.
TEST_F(NothingLost, NothingIsBegunWhileAnotherProjectIsOnItsWay) {
  open_window();
  make_named_and_dirty();
  app->project().start_untitled();
  ASSERT_TRUE(wait_until([&] { return columns() == 0; }));
  EXPECT_FALSE(app->replacing());
  app->project().open(from_path(folder / "kept.equi"));
  EXPECT_TRUE(app->replacing());
  EXPECT_FALSE(window->actions_table()->get("file.photo")->isEnabled());
  EXPECT_FALSE(window->scenes()->list()->isEnabled());
  app->growth().start_scene(1);
  ASSERT_TRUE(wait_columns(8));
  settle();
  EXPECT_EQ(columns(), 8);
  EXPECT_EQ(app->snapshot()->state.scene, 0);
  EXPECT_FALSE(app->replacing());
  EXPECT_TRUE(window->scenes()->list()->isEnabled());
  EXPECT_TRUE(window->actions_table()->get("file.photo")->isEnabled());
}

TEST_F(NothingLost, ADeviceThatIsNotThereIsNoReasonToHaveNoModel) {
  open_window();
  const auto engine = app->engine();
  app->settings().set_device(QStringLiteral("cuda:99"));
  app->use_model(engine->folder());
  ASSERT_TRUE(wait_until([&] { return !app->host().loading(); }));
  EXPECT_EQ(app->engine(), engine);
  EXPECT_EQ(app->settings().device(), QStringLiteral("auto")) << "what works is remembered";
  app->settings().set_device(QStringLiteral("cuda:99"));  // it was there when it was chosen
  close_window();
  open_window();
  ASSERT_TRUE(wait_until([&] { return app->engine() != nullptr && !app->host().loading(); }));
  EXPECT_TRUE(window->messages()->text().contains(QStringLiteral("cannot be used")))
      << window->messages()->text().toStdString();
  install(demo_model(), "other");  // and so it is with the next model
  app->use_model(to_path(paths.models) / "other");
  ASSERT_TRUE(wait_until([&] { return !app->host().loading(); }));
  EXPECT_EQ(app->engine()->folder(), to_path(paths.models) / "other");
  EXPECT_EQ(app->settings().device(), QStringLiteral("cuda:99")) << "it may be there again the next time";
}

TEST_F(NothingLost, NewNamesOfTheScenesAreSeenAtOnce) {
  open_window();
  make_panorama(4);
  auto names = app->engine()->manifest().class_names;
  names[0] = "Somewhere else";
  app->library().rename_classes(app->engine()->folder(), names);
  ASSERT_TRUE(wait_until([&] { return app->engine()->manifest().class_names == names; }));
  settle();
  EXPECT_EQ(columns(), 4) << "the canvas stays";
}

// The same model in another folder is no other model.
TEST_F(NothingLost, ACopyOfTheModelTakesTheCanvasOver) {
  install(demo_model(), "other");
  open_window();
  make_panorama(4);
  ModelsDialog dialog(app.get(), window.get());
  dialog.show();
  ASSERT_EQ(dialog.list()->count(), 2);
  dialog.list()->setCurrentRow(1 - dialog.list()->currentRow());
  const auto engine = app->engine();
  answer(asked, {0});  // none is expected
  QTest::mouseClick(dialog.use_button(), Qt::LeftButton);
  ASSERT_TRUE(wait_until([&] { return !app->host().loading() && app->engine() != engine; }));
  settle();
  EXPECT_EQ(asked, QStringList());
  EXPECT_EQ(columns(), 4);
}

constexpr int kCancel = 0, kReplace = 1;  // of the question about a file, from its last answer

TEST_F(NothingLost, ANameWithoutItsEndingDoesNotReplaceAProjectUnasked) {
  open_window();
  make_panorama(4);
  write("foo.equi", "somebody's work");
  type_names({in_folder("foo"), QString()});
  answer(asked, {kCancel});
  trigger("file.save_as");
  settle();
  EXPECT_EQ(asked, QStringList{QStringLiteral("Replace the file?")});
  EXPECT_EQ(read("foo.equi"), "somebody's work");
  EXPECT_TRUE(app->project().path().isEmpty());
  type_names({in_folder("foo")});
  answer(asked, {kReplace});
  trigger("file.save_as");
  ASSERT_TRUE(wait_until([&] { return app->project().title() == QLatin1String("foo"); }));
  EXPECT_NE(read("foo.equi"), "somebody's work");
  EXPECT_EQ(asked.size(), 2);
  type_names({in_folder("new")});
  trigger("file.save_as");
  ASSERT_TRUE(wait_until([&] { return app->project().title() == QLatin1String("new"); }))
      << "a name that is free is not asked about";
}

// By the command line, or in another window of the program.
TEST_F(NothingLost, AProjectThatWasChangedElsewhereIsNotReplacedUnasked) {
  open_window();
  make_named_and_dirty();
  const auto theirs = [&] {
    return canvas::ProjectFile::open(folder / "kept.equi")->setting("by") == "another program";
  };
  {
    const auto file = canvas::ProjectFile::open(folder / "kept.equi");
    file->commit([&] { file->set_setting("by", "another program"); });
  }
  answer(asked, {kCancel}, QStringLiteral("changed-elsewhere"));
  trigger("file.save");
  settle();
  EXPECT_EQ(asked, QStringList{QStringLiteral("“kept.equi” was changed by another program")});
  EXPECT_TRUE(theirs());

  int told = 0;
  QObject::connect(&app->project(), &ProjectKeeper::not_autosaved, window.get(), [&] { ++told; });
  for (int i = 0; i < 2; ++i) app->project().autosave();
  settle();
  EXPECT_EQ(told, 1);
  EXPECT_TRUE(theirs());
  EXPECT_TRUE(app->project().dirty());

  answer(asked, {kReplace});
  trigger("file.save");
  ASSERT_TRUE(wait_until([&] { return !app->project().dirty(); }));
  EXPECT_FALSE(theirs()) << "and to open it is no change";
  app->project().autosave();
  settle();
  EXPECT_EQ(told, 1);
  EXPECT_EQ(asked.size(), 2);
}

// The disk is asked first; by the time it answers another document may be on the canvas.
TEST_F(NothingLost, ASaveIsOfTheDocumentThatItWasAskedFor) {
  open_window();
  make_named_and_dirty();
  const auto begun = std::make_shared<std::atomic<bool>>(false),
             over = std::make_shared<std::atomic<bool>>(false);
  app->files()->submit({.name = "a slow disk", .run = [begun, over](const jobs::Context&) {
                          *begun = true;
                          while (!*over) std::this_thread::sleep_for(std::chrono::milliseconds(1));
                        }});
  ASSERT_TRUE(wait_until([&] { return begun->load(); }));
  bool answered = false;
  app->project().look_elsewhere([&](bool) { answered = true; });
  app->project().start_untitled();
  ASSERT_TRUE(wait_until([&] { return app->project().path().isEmpty(); }));
  *over = true;
  settle();
  EXPECT_FALSE(answered) << "the answer is about a document that is gone";
  app->project().open(from_path(folder / "kept.equi"));
  ASSERT_TRUE(wait_columns(8));
  settle();
  bool changed = true;
  app->project().look_elsewhere([&](bool is) { changed = is; });
  settle();
  EXPECT_FALSE(changed);
  EXPECT_FALSE(fs::exists(folder / "kept.equi-wal")) << "a look leaves nothing behind";
}

// An hour after a crash, the file may be another one.
TEST_F(NothingLost, WhatIsRecoveredKnowsWhichFileItWasMadeFrom) {
  const QString name = from_path(folder / "kept.equi");
  for (const QString& revision : {QStringLiteral("as it was"), QStringLiteral("as it is")}) {
    auto made = std::make_unique<WorkingCopy>(from_path(folder / "open"), name);
    write("open/" + QFileInfo(made->file()).fileName().toStdString(), "");
    made->set_origin(name, revision);
    made->set_dirty(true);
    made->keep();
    made.reset();
    auto left = find_leftovers(from_path(folder / "open"));
    ASSERT_EQ(left.size(), 1U);
    EXPECT_EQ(left.front().revision, revision);
    const auto adopted = adopt(left.front());
    ASSERT_TRUE(adopted);
    EXPECT_EQ(adopted->revision(), revision);
    adopted->keep(false);
  }
}

TEST_F(NothingLost, AnAnimationWithoutItsEndingDoesNotReplaceAnotherUnasked) {
  open_window();
  make_panorama(8);
  window->canvas()->select({2, 4});
  ProgressivePage* page = window->inspector()->progressive();
  window->inspector()->pages()->setCurrentWidget(page);
  QPushButton* button = nullptr;
  for (auto* each : page->findChildren<QPushButton*>()) {
    if (each->text().endsWith(u'…')) button = each;
  }
  ASSERT_NE(button, nullptr);
  ASSERT_TRUE(wait_until([&] { return button->isEnabled(); }));
  write("a.gif", "somebody's animation");
  type_names({in_folder("a"), QString()});
  answer(asked, {kCancel});
  button->click();
  settle();
  EXPECT_EQ(asked, QStringList{QStringLiteral("Replace the file?")});
  EXPECT_FALSE(page->exporting());
  EXPECT_EQ(read("a.gif"), "somebody's animation");
}

TEST_F(NothingLost, ANameIsCompletedByTheFilterThatWasChosen) {
  open_window();
  const auto chosen = [&](const char* name) {
    type_names({in_folder(name)});
    return QFileInfo(choose_save_file(window.get(), QStringLiteral("Save"), from_path(folder.path()),
                                      QStringLiteral("Plot (*.png);;Numbers (*.json *.txt)")))
        .fileName();
  };
  EXPECT_EQ(chosen("plot"), QStringLiteral("plot.png"));
  EXPECT_EQ(chosen("plot.v2"), QStringLiteral("plot.v2.png"));
  EXPECT_EQ(chosen("plot.TXT"), QStringLiteral("plot.TXT"));
}

// What main() does when another language is chosen.
TEST_F(NothingLost, AWindowThatIsMadeAgainIsWhereItWas) {
  open_window();
  make_panorama(48);
  window->findChild<QDockWidget*>(QStringLiteral("dock.history"))->close();
  window->resize(1111, 777);
  window->move(123, 45);
  window->canvas()->zoom_in();
  window->canvas()->zoom_in();
  window->canvas()->center_on_column(40);
  window->canvas()->select({40, 42});
  auto* generation = window->findChild<QDockWidget*>(QStringLiteral("dock.generation"));
  generation->raise();
  ASSERT_TRUE(wait_idle());
  const auto before = window->canvas()->viewport();
  const QRect place = window->geometry();
  auto made = std::make_unique<MainWindow>(app.get(), &theme());
  made->show_instead_of(*window);
  window = std::move(made);
  ASSERT_TRUE(wait_idle());
  EXPECT_EQ(window->geometry(), place);
  EXPECT_TRUE(window->findChild<QDockWidget*>(QStringLiteral("dock.history"))->isHidden());
  const auto& now = window->canvas()->viewport();
  EXPECT_EQ(now.size(), before.size());
  EXPECT_EQ(now.zoom(), before.zoom());
  EXPECT_EQ(now.picture_at({0, 0}), before.picture_at({0, 0}));
  EXPECT_EQ(window->canvas()->selection(), (ColumnRange{40, 42}));
  EXPECT_EQ(app->selection(), (ColumnRange{40, 42}));
  generation = window->findChild<QDockWidget*>(QStringLiteral("dock.generation"));
  app->growth().set_amount(4);
  trigger("grow.right");
  ASSERT_TRUE(wait_columns(52));
  EXPECT_FALSE(generation->visibleRegion().isEmpty()) << "no other dock came forward";
}

TEST_F(NothingLost, TheFirstWindowAndItsTitleBarAreOnASmallScreen) {
  EXPECT_EQ(MainWindow::first_size({1920, 1080}), QSize(1280, 800));
  EXPECT_EQ(MainWindow::first_size({1366, 768}), QSize(1280, 728));
}

class AfterACrash : public NothingLost {
 protected:
  // Leaves an untitled panorama of this scene behind, as a crash does. Its working copy becomes this old.
  void crash_with(int scene, int minutes_old) {
    open_window();
    window->messages()->hide();
    app->growth().set_amount(4);
    click_scene(scene);
    ASSERT_TRUE(wait_columns(4));
    ASSERT_TRUE(wait_idle());
    const fs::path file = app->snapshot()->project;
    app->project().close(true);
    close_window();
    fs::last_write_time(file, fs::file_time_type::clock::now() - std::chrono::minutes(minutes_old));
  }
  std::string message() const { return window->messages()->text().toStdString(); }
  bool offers(const char* title) const { return message().find(title) != std::string::npos; }
  void press(const QString& text) {
    QTest::qWait(1);  // buttons of a new message take their place
    for (auto* button : window->messages()->findChildren<QPushButton*>()) {
      if (button->text() == text && button->isVisible()) return QTest::mouseClick(button, Qt::LeftButton);
    }
    ADD_FAILURE() << "no button " << text.toStdString() << " in: " << message();
  }
  int left_on_disk() const {
    const auto in = fs::directory_iterator(to_path(paths.state) / "open");
    return static_cast<int>(std::count_if(
        fs::begin(in), fs::end(in), [](const auto& entry) { return entry.path().extension() == ".equi"; }));
  }
  static constexpr const char* kOffer = "did not end properly";
};

// A full disk, say, which may be why the program ended.
TEST_F(AfterACrash, WhatCannotBeRecoveredNowIsThereTheNextTime) {
  crash_with(2, 0);
  const auto state = to_path(paths.state) / "open";
  fs::path file;
  for (const auto& entry : fs::directory_iterator(state))
    if (entry.path().extension() == ".equi") file = entry.path();
  const fs::path aside = folder / "whole.equi";
  fs::copy_file(file, aside);
  std::ofstream(file) << "cannot be read at the moment";
  open_window();
  ASSERT_TRUE(wait_until([&] { return offers(kOffer); }));
  press(QStringLiteral("Recover"));
  ASSERT_TRUE(wait_until([&] { return !app->project().opening(); }));
  settle();
  close_window();
  ASSERT_TRUE(fs::exists(file));
  fs::copy_file(aside, file, fs::copy_options::overwrite_existing);
  open_window();
  ASSERT_TRUE(wait_until([&] { return offers(kOffer); }));
  press(QStringLiteral("Recover"));
  ASSERT_TRUE(wait_until([&] { return columns() == 4 && app->snapshot()->state.scene == 2; }));
  close_window();
  EXPECT_FALSE(fs::exists(file)) << "once it was on the canvas it is a document like any other";
}

TEST_F(AfterACrash, RecoverAsksBeforeItReplacesWhatWasBegunMeanwhile) {
  crash_with(2, 0);
  open_window();
  ASSERT_TRUE(wait_until([&] { return offers(kOffer); }));
  make_panorama(8);
  constexpr int cancel_question = 0, do_not_save = 1;
  answer(asked, {cancel_question});
  press(QStringLiteral("Recover"));
  settle();
  EXPECT_EQ(asked.size(), 1);
  EXPECT_EQ(columns(), 8) << "nothing was answered";
  EXPECT_TRUE(offers(kOffer)) << "and the offer stands";
  answer(asked, {do_not_save});
  press(QStringLiteral("Recover"));
  ASSERT_TRUE(wait_until([&] { return columns() == 4 && app->snapshot()->state.scene == 2; }));
  EXPECT_EQ(asked.size(), 2);
  EXPECT_FALSE(offers(kOffer)) << message();
}

TEST_F(AfterACrash, TwoLeftoversAreOfferedOneAfterTheOther) {
  crash_with(3, 30);
  crash_with(2, 10);
  open_window();
  ASSERT_TRUE(wait_until([&] { return offers(kOffer); }));
  ASSERT_EQ(left_on_disk(), 3);
  const std::string first = message();
  press(QStringLiteral("Discard"));
  EXPECT_EQ(left_on_disk(), 2) << "only the one that was named";
  EXPECT_TRUE(offers(kOffer));
  EXPECT_NE(message(), first) << "the other one is named now";
  press(QStringLiteral("Recover"));
  ASSERT_TRUE(wait_until([&] { return columns() == 4; }));
  EXPECT_EQ(app->snapshot()->state.scene, 3);
  EXPECT_FALSE(offers(kOffer)) << message();
}

TEST_F(AfterACrash, TheOfferOutlivesWhatIsSaidMeanwhile) {
  crash_with(2, 0);
  open_window();
  ASSERT_TRUE(wait_until([&] { return offers(kOffer); }));
  trigger("edit.copy_seed");
  EXPECT_TRUE(offers("copied")) << "what was just done is said at once";
  MessageBar* bar = window->messages();
  EXPECT_EQ(bar->more_button()->text(), QStringLiteral("1 more"));
  QTest::qWait(30);
  screenshots(bar, QStringLiteral("message-more"));
  QTest::mouseClick(bar->close_button(), Qt::LeftButton);
  EXPECT_TRUE(offers(kOffer));
  EXPECT_FALSE(bar->more_button()->isVisible());
  bar->show_message(MessageBar::Kind::note, QStringLiteral("A batch is not finished"), {},
                    {{QStringLiteral("Show"), [] {}}});
  QTest::mouseClick(bar->more_button(), Qt::LeftButton);
  EXPECT_TRUE(offers(kOffer)) << "two offers: both can be reached";
  QTest::mouseClick(bar->more_button(), Qt::LeftButton);
  EXPECT_TRUE(offers("A batch is not finished"));
  press(QStringLiteral("Show"));
  EXPECT_TRUE(offers(kOffer));
  press(QStringLiteral("Discard"));
  EXPECT_TRUE(bar->isHidden()) << message();
}

}  // namespace
}  // namespace equi::ui::testing
