// The token inspector's dock, driven through the real widgets.
#include <QDockWidget>
#include <QFileInfo>
#include <set>

#include "core/media/image.h"
#include "tests/ui/ui_fixture.h"
#include "ui/inspector/equivariance_dialog.h"
#include "ui/inspector/inspector_panel.h"

namespace equi::ui::testing {
namespace {

class InspectorDock : public UiTest {
 protected:
  // A panorama of the first scene with one column selected.
  void open_with_selection(ColumnRange columns) {
    open_window({1280, 1000});
    click_scene(0);
    ASSERT_TRUE(wait_columns(app->growth().amount()));
    ASSERT_TRUE(wait_idle());
    auto* dock = window->findChild<QDockWidget*>(QStringLiteral("dock.inspector"));
    dock->show();
    dock->raise();
    window->canvas()->select(columns);
    ASSERT_TRUE(wait_until([&] { return panel()->showing(); }));
  }
  InspectorPanel* panel() { return window->inspector(); }
  void show_page(QWidget* page) { panel()->pages()->setCurrentWidget(page); }
  bool wait_picture(SplitView* view) {
    return wait_until([&] { return !view->after().isNull(); });
  }
  // The canvas's own tokens, asked on the worker.
  std::vector<float> tokens(ColumnRange columns) {
    std::vector<float> result;
    app->studio()
        .run({}, [&](engine::Session* session, const jobs::Context&) { result = session->tokens(columns); })
        .wait();
    return result;
  }
  QString a_picture() {
    media::Image image{640, 256, std::vector<std::uint8_t>(640 * 256 * 3)};
    for (std::size_t i = 0; i < image.pixels.size(); ++i)
      image.pixels[i] = static_cast<std::uint8_t>((i / 3 % 640) * 255 / 640 + (i / 1920) % 37);
    std::filesystem::create_directories(folder / "pictures");
    media::write_image(folder / "pictures" / "picture.png", image);
    return from_path(folder / "pictures" / "picture.png");
  }
};

TEST_F(InspectorDock, TellsWhatTheTokenIs) {
  open_with_selection({5, 6});
  ASSERT_TRUE(wait_until([&] { return !panel()->facts()->plot()->values().empty(); }));
  EXPECT_EQ(panel()->facts()->plot()->values(), tokens({5, 6}));
  EXPECT_EQ(panel()->facts()->heading()->text(), QStringLiteral("Column 5"));
  EXPECT_FALSE(panel()->facts()->norm()->text().isEmpty());
  const auto chips = panel()->facts()->nearest()->findChildren<QPushButton*>();
  ASSERT_FALSE(chips.isEmpty());
  chips.first()->click();
  ASSERT_TRUE(wait_until([&] { return app->selection().begin != 5; })) << "a click goes there";
  window->canvas()->select({});
  EXPECT_FALSE(panel()->showing());
}

TEST_F(InspectorDock, TheInfluenceFollowsTheSelection) {
  open_with_selection({5, 6});
  auto* page = panel()->influence();
  show_page(page);
  ASSERT_TRUE(wait_picture(page->picture()));
  EXPECT_EQ(page->influence().own, (ColumnRange{5, 6}));
  EXPECT_GT(page->influence().total(), 0);
  QTest::qWait(100);
  screenshot(QStringLiteral("inspector-influence"));
  window->canvas()->select({12, 14});
  ASSERT_TRUE(wait_until([&] { return page->influence().own == ColumnRange{12, 14}; }));
  page->substitute()->setCurrentIndex(1);
  ASSERT_TRUE(wait_until([&] { return page->profile()->profile().values == page->influence().profile; }));
}

TEST_F(InspectorDock, SwapsBlendsAndAppliesAsOneUndoableStep) {
  open_with_selection({5, 6});
  auto* page = panel()->swap();
  show_page(page);
  page->other_column()->setValue(14);
  ASSERT_TRUE(wait_picture(page->picture()));
  ASSERT_TRUE(wait_until([&] { return page->picture()->before() != page->picture()->after(); }));
  page->picture()->set_divider(0.3);
  EXPECT_TRUE(wait_until([&] {
    return page->picture()->geometry().bottom() < page->apply()->parentWidget()->geometry().top();
  })) << "the buttons lie below the picture";
  screenshot(QStringLiteral("inspector-swap"));
  const auto before = tokens({5, 6}), other = tokens({14, 15});
  const auto entries = app->snapshot()->history.size();
  ASSERT_TRUE(page->apply()->isEnabled());
  page->apply()->click();
  ASSERT_TRUE(wait_until([&] { return app->snapshot()->history.size() == entries + 1; }));
  EXPECT_EQ(tokens({5, 6}), other);
  trigger("edit.undo");
  ASSERT_TRUE(wait_until([&] { return tokens({5, 6}) == before; }));
}

TEST_F(InspectorDock, SwappingASpanIsOneStepOfTheHistory) {
  open_with_selection({5, 9});
  auto* page = panel()->swap();
  show_page(page);
  page->from()->setCurrentIndex(page->from()->findData(static_cast<int>(SwapPage::From::mean)));
  ASSERT_TRUE(wait_until([&] { return page->apply()->isEnabled(); }));
  const auto before = tokens({5, 9});
  const auto entries = app->snapshot()->history.size();
  page->apply()->click();
  ASSERT_TRUE(wait_until([&] { return app->snapshot()->history.size() > entries; }, 10))
      << app->log().as_text().toStdString();
  EXPECT_NE(tokens({5, 9}), before);
  EXPECT_EQ(app->snapshot()->history.size(), entries + 1);
  EXPECT_EQ(window->history()->list()->item(static_cast<int>(entries))->text(),
            QStringLiteral("Swap tokens of columns 5 to 8"));
  trigger("edit.undo");
  ASSERT_TRUE(wait_until([&] { return app->snapshot()->can_redo; }));
  EXPECT_EQ(tokens({5, 9}), before);
  trigger("edit.redo");
  ASSERT_TRUE(wait_until([&] { return !app->snapshot()->can_redo; }));
  EXPECT_NE(tokens({5, 9}), before);
}

TEST_F(InspectorDock, ContinuesFromTheSwappedToken) {
  open_with_selection({10, 11});
  auto* page = panel()->swap();
  show_page(page);
  page->from()->setCurrentIndex(page->from()->findData(static_cast<int>(SwapPage::From::random)));
  ASSERT_TRUE(wait_until([&] { return page->go_on()->isEnabled(); }));
  const auto all = columns();
  const auto inside = tokens({0, 10}), outside = tokens({11, all});
  const auto entries = app->snapshot()->history.size();
  bool ran = false;
  QObject::connect(&app->growth(), &Growth::running_changed, window.get(), [&] {
    if (app->growth().running()) ran = window->actions_table()->get("grow.stop")->isEnabled();
  });
  page->go_on()->click();
  // The swap, and making it again; not the short panorama between the two: nobody may see that one.
  ASSERT_TRUE(wait_until([&] { return app->snapshot()->history.size() >= entries + 2 && columns() == all; }));
  ASSERT_TRUE(wait_idle());
  EXPECT_EQ(tokens({0, 10}), inside);
  EXPECT_NE(tokens({11, all}), outside) << "made again from the other token";
  EXPECT_TRUE(ran) << "it can be stopped";
}

TEST_F(InspectorDock, TakesTokensFromOtherScenesAndPictures) {
  open_with_selection({7, 8});
  auto* page = panel()->swap();
  show_page(page);
  page->from()->setCurrentIndex(page->from()->findData(static_cast<int>(SwapPage::From::scene)));
  page->scene()->setCurrentIndex(1);
  ASSERT_TRUE(wait_until([&] { return page->apply()->isEnabled(); }));
  page->set_file(a_picture());
  page->file_column()->setValue(3);
  ASSERT_TRUE(wait_until([&] { return page->apply()->isEnabled(); }));
  page->file_column()->setValue(900);
  ASSERT_TRUE(wait_until([&] { return !page->apply()->isEnabled(); })) << "the picture has no such column";
}

TEST_F(InspectorDock, PlaysTheBuildUpAndExportsIt) {
  open_with_selection({2, 8});
  auto* page = panel()->progressive();
  show_page(page);
  ASSERT_TRUE(wait_picture(page->picture()));
  EXPECT_EQ(page->range(), (ColumnRange{2, 8}));
  EXPECT_EQ(page->step()->maximum(), 6);
  screenshot(QStringLiteral("inspector-build-up"));
  page->step()->setValue(0);
  page->speed()->setCurrentIndex(2);
  page->play()->click();
  EXPECT_TRUE(page->playing());
  ASSERT_TRUE(wait_until([&] { return !page->playing(); })) << "it stops at the end";
  EXPECT_EQ(page->step()->value(), 6);
  const QString gif = from_path(folder / "a.gif");
  page->export_to(gif);
  ASSERT_TRUE(wait_until([&] { return !page->exporting(); }));
  EXPECT_TRUE(QFileInfo::exists(gif));
}

TEST_F(InspectorDock, AnExportCanBeStopped) {
  open_with_selection({2, 8});
  auto* page = panel()->progressive();
  show_page(page);
  ASSERT_TRUE(wait_picture(page->picture()));
  const Hold held = hold_device();
  ASSERT_TRUE(wait_until([&] { return held.entered->load(); }));
  const QString gif = from_path(folder / "a.gif");
  page->export_to(gif);
  window->canvas()->select({});
  EXPECT_EQ(page->export_button()->text(), QStringLiteral("Stop"));
  EXPECT_TRUE(page->export_button()->isEnabled());
  page->export_button()->click();
  held.let_go();
  ASSERT_TRUE(wait_until([&] { return !page->exporting(); }));
  EXPECT_FALSE(QFileInfo::exists(gif));
  EXPECT_EQ(page->export_button()->text(), QStringLiteral("Export…"));
}

TEST_F(InspectorDock, APanoramaThatIsGoneEndsWhatWasToBeMadeOfIt) {
  open_with_selection({2, 8});
  auto* page = panel()->progressive();
  show_page(page);
  ASSERT_TRUE(wait_picture(page->picture()));
  const Hold held = hold_device();
  ASSERT_TRUE(wait_until([&] { return held.entered->load(); }));
  app->project().start_untitled();
  page->export_to(from_path(folder / "a.gif"));
  held.let_go();
  EXPECT_TRUE(wait_until([&] { return !page->exporting(); }));
}

TEST_F(InspectorDock, APreviewThatComesLateIsNotLaidOverTheCanvas) {
  open_with_selection({5, 6});
  auto* page = panel()->swap();
  show_page(page);
  page->other_column()->setValue(14);
  ASSERT_TRUE(wait_picture(page->picture()));
  ColumnRange shown{0, 1};
  QObject::connect(panel(), &InspectorPanel::overlay, window.get(),
                   [&](ColumnRange columns, const QImage&) { shown = columns; });
  const Hold held = hold_device();
  ASSERT_TRUE(wait_until([&] { return held.entered->load(); }));
  page->other_column()->setValue(13);
  window->canvas()->select({});
  held.let_go();
  app->device_queue()->wait_idle();
  QTest::qWait(20);
  EXPECT_EQ(shown.size(), 0) << shown.begin;
}

TEST_F(InspectorDock, MovesAlongDirections) {
  open_with_selection({6, 7});
  auto* page = panel()->directions();
  show_page(page);
  ASSERT_TRUE(wait_picture(page->picture()));
  EXPECT_EQ(page->picture()->before(), page->picture()->after()) << "nothing is moved yet";
  EXPECT_FALSE(page->share(0)->text().isEmpty());
  page->slider(0)->setValue(25);
  page->slider(1)->setValue(-20);
  ASSERT_TRUE(wait_until([&] { return page->picture()->before() != page->picture()->after(); }));
  screenshot(QStringLiteral("inspector-directions"));
  page->reset();
  ASSERT_TRUE(wait_until([&] { return page->picture()->before() == page->picture()->after(); }));
}

TEST_F(InspectorDock, DraggingASliderNeverQueuesUp) {
  open_with_selection({6, 7});
  auto* page = panel()->swap();
  show_page(page);
  page->other_column()->setValue(15);
  ASSERT_TRUE(wait_picture(page->picture()));
  for (int i = 0; i <= 100; i += 5) page->amount()->setValue(i);
  EXPECT_LE(app->device_queue()->waiting(), 2U) << "each preview replaces the one before it";
}

TEST_F(InspectorDock, ThePreviewFollowsADragThatDoesNotPause) {
  open_with_selection({6, 7});
  auto* page = panel()->swap();
  show_page(page);
  page->other_column()->setValue(15);
  ASSERT_TRUE(wait_picture(page->picture()));
  std::set<qint64> pictures;
  int amount = 0;
  EXPECT_TRUE(wait_until([&] {
    page->amount()->setValue(++amount % 100);  // at every turn of the event loop
    pictures.insert(page->picture()->after().cacheKey());
    return pictures.size() > 3;
  }));
}

// A preview cuts off the tile that is being made; both get done.
TEST_F(InspectorDock, TilesAreMadeBesideADrag) {
  open_with_selection({6, 7});
  auto* page = panel()->swap();
  show_page(page);
  page->other_column()->setValue(15);
  ASSERT_TRUE(wait_picture(page->picture()));
  app->tiles()->clear();
  app->studio().request_tiles(0, {0, 16});
  int amount = 0;
  EXPECT_TRUE(wait_until([&] {
    page->amount()->setValue(++amount % 100);
    const auto tile = app->tiles()->find({0, 0});
    return tile != nullptr && tile->last > 0;
  }));
}

TEST_F(InspectorDock, ASelectionThatIsCutOffIsGone) {
  open_with_selection({9, 10});
  app->growth().cut_off(4);
  ASSERT_TRUE(wait_until([&] { return columns() == 4; }));
  EXPECT_TRUE(wait_until([&] { return !panel()->showing(); }));
}

TEST_F(InspectorDock, ChecksEquivariance) {
  open_with_selection({5, 6});
  EquivarianceDialog dialog(app.get(), window.get());
  dialog.show();
  dialog.check_canvas();
  ASSERT_TRUE(wait_until([&] { return !dialog.running(); }));
  EXPECT_GE(dialog.plot()->result().windows, 1) << dialog.text()->text().toStdString();
  screenshot(&dialog, QStringLiteral("equivariance"));
  dialog.check_files({a_picture()});
  ASSERT_TRUE(wait_until([&] { return !dialog.running(); }));
  EXPECT_GE(dialog.plot()->result().windows, 1);
  const QString numbers = from_path(folder / "e.json");
  dialog.save(numbers);
  EXPECT_TRUE(QFileInfo::exists(numbers));
  dialog.check_files({from_path(folder / "absent.png")});
  ASSERT_TRUE(wait_until([&] { return !dialog.running(); }));
  EXPECT_NE(dialog.text()->text().indexOf(QStringLiteral("absent.png")), -1)
      << "says which could not be read";
  dialog.check_folder(from_path(folder / "pictures"));
  ASSERT_TRUE(wait_until([&] { return !dialog.running(); }));
  EXPECT_TRUE(dialog.text()->text().startsWith(QStringLiteral("Moved by")))
      << dialog.text()->text().toStdString();
  std::filesystem::create_directories(folder / "empty");
  dialog.check_folder(from_path(folder / "empty"));
  ASSERT_TRUE(wait_until([&] { return !dialog.running(); }));
  EXPECT_EQ(dialog.text()->text(), QStringLiteral("There are no pictures in it."));
}

}  // namespace
}  // namespace equi::ui::testing
