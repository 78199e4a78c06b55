// Every screen as a picture, for a person to look at (build/screenshots), in light and dark and in the sizes
// that people have; and what can be told without looking: that everything fits and has a name.
#include <QAccessible>
#include <QDialogButtonBox>
#include <QDockWidget>
#include <QMenuBar>
#include <QPainter>
#include <QPushButton>
#include <QTabBar>
#include <QTimer>

#include "tests/ui/ui_fixture.h"
#include "ui/batch/batch_dialog.h"
#include "ui/export/export_dialog.h"
#include "ui/frame/about_dialog.h"
#include "ui/frame/language.h"
#include "ui/frame/log_dialog.h"
#include "ui/frame/preferences_dialog.h"
#include "ui/frame/shortcuts_dialog.h"
#include "ui/grow/variations_dialog.h"
#include "ui/inspector/equivariance_dialog.h"
#include "ui/inspector/inspector_panel.h"
#include "ui/models/class_names_dialog.h"
#include "ui/models/import_dialog.h"
#include "ui/models/models_dialog.h"
#include "ui/scenes/scene_dialog.h"

namespace equi::ui::testing {
namespace {

constexpr QSize kSmallScreen(1024, 600);

// Counts how often each widget hears that its style is another.
class StyleChanges : public QObject {
 public:
  QHash<QObject*, int> of;

 protected:
  bool eventFilter(QObject* object, QEvent* event) override {
    if (event->type() == QEvent::StyleChange) ++of[object];
    return false;
  }
};

class Screens : public UiTest {
 protected:
  void TearDown() override {
    theme().choose(ThemeChoice::system);
    UiTest::TearDown();
  }

  void picture(QWidget* of, const QString& name) {
    QTest::qWait(30);
    UiTest::screenshot(of, name);
  }
  void light_and_dark(QWidget* of, const QString& name) {
    theme().choose(ThemeChoice::light);
    picture(of, name + QStringLiteral("-light"));
    theme().choose(ThemeChoice::dark);
    picture(of, name + QStringLiteral("-dark"));
  }

  // Every dialog of the program, by name, on this window.
  std::vector<std::pair<QString, std::unique_ptr<QDialog>>> dialogs() {
    std::vector<std::pair<QString, std::unique_ptr<QDialog>>> all;
    const auto add = [&](const char* name, QDialog* dialog) {
      all.emplace_back(QLatin1String(name), std::unique_ptr<QDialog>(dialog));
    };
    QWidget* on = window.get();
    add("about", new AboutDialog(*app, on));
    add("class-names", new ClassNamesDialog(app->engine()->manifest().class_names, on));
    add("equivariance-empty", new EquivarianceDialog(app.get(), on));
    add("import", new ImportDialog(app.get(), on));
    add("log", new LogDialog(app->log(), on));
    add("models", new ModelsDialog(app.get(), on));
    add("preferences", new PreferencesDialog(app.get(), &theme(), on));
    add("scene", new SceneDialog(app.get(), 4, on));
    add("shortcuts", new ShortcutsDialog(*window->actions_table(), on));
    return all;
  }
  void show_inspector() {
    auto* dock = window->findChild<QDockWidget*>(QStringLiteral("dock.inspector"));
    dock->show();
    dock->raise();
  }
};

TEST_F(Screens, TheWindowInItsStates) {
  open_window();
  wait_until([&] { return !app->thumbnails().thumbnail(0).isNull(); }, 20);
  light_and_dark(window.get(), QStringLiteral("main-empty"));
  app->growth().set_amount(24);
  click_scene(0);
  ASSERT_TRUE(wait_columns(12));
  QTest::qWait(150);
  picture(window.get(), QStringLiteral("main-growing"));
  ASSERT_TRUE(wait_columns(24));
  ASSERT_TRUE(wait_idle());
  light_and_dark(window.get(), QStringLiteral("main-panorama"));
  window->resize(1920, 1080);
  ASSERT_TRUE(wait_idle());
  picture(window.get(), QStringLiteral("main-panorama-1920"));
  window->resize(1280, 800);
  MessageBar* bar = window->messages();
  const QString detail = QStringLiteral("/somewhere/a picture.png: is not a picture that can be read");
  bar->show_message(MessageBar::Kind::error, QStringLiteral("The photo could not be opened"), detail,
                    {{QStringLiteral("Models…"), [] {}}});
  light_and_dark(window.get(), QStringLiteral("message-error"));
  bar->show_message(MessageBar::Kind::warning, QStringLiteral("The program did not end properly"), detail,
                    {{QStringLiteral("Recover"), [] {}}, {QStringLiteral("Discard"), [] {}}});
  picture(window.get(), QStringLiteral("message-warning"));
  bar->show_message(MessageBar::Kind::note, QStringLiteral("Saved"), detail);
  picture(window.get(), QStringLiteral("message-note"));
}

TEST_F(Screens, TheInspectorsPages) {
  open_window({1280, 800});
  make_panorama(24);
  show_inspector();
  InspectorPanel* panel = window->inspector();
  window->canvas()->select({10, 12});
  ASSERT_TRUE(wait_until([&] { return panel->showing(); }));
  const char* names[] = {"influence", "swap", "build-up", "directions"};
  SplitView* views[] = {panel->influence()->picture(), panel->swap()->picture(),
                        panel->progressive()->picture(), panel->directions()->picture()};
  for (int i = 0; i < panel->pages()->count(); ++i) {
    panel->pages()->setCurrentIndex(i);
    ASSERT_TRUE(wait_until([&] { return !views[i]->after().isNull(); }));
    light_and_dark(window.get(), QStringLiteral("inspector-") + QLatin1String(names[i]));
  }
}

TEST_F(Screens, APhotoThatGrewBothWays) {
  open_window({1280, 800});
  QImage photo(640, 320, QImage::Format_RGB32);
  QPainter painter(&photo);
  QLinearGradient sky(0, 0, 0, 200);
  sky.setColorAt(0, QColor(70, 120, 190));
  sky.setColorAt(1, QColor(230, 210, 190));
  painter.fillRect(photo.rect(), sky);
  painter.fillRect(0, 200, 640, 120, QColor(60, 90, 70));
  painter.end();
  photo.save(from_path(folder / "photo.png"));
  app->import_photo(from_path(folder / "photo.png"));
  ASSERT_TRUE(wait_until([&] { return app->snapshot()->state.photo.has_value(); }));
  ASSERT_TRUE(wait_idle());
  app->growth().set_amount(8);
  const auto wide = columns();
  trigger("grow.right");
  ASSERT_TRUE(wait_columns(wide + 8));
  ASSERT_TRUE(wait_idle());
  trigger("grow.left");
  ASSERT_TRUE(wait_columns(wide + 16));
  window->canvas()->fit_all();  // while the last columns slide in
  ASSERT_TRUE(wait_idle());
  window->messages()->hide();
  const Viewport& view = window->canvas()->viewport();
  const auto shown_at = [&](std::int64_t column) {
    return view.screen_x(static_cast<double>(column * view.column_pixels()));
  };
  EXPECT_GE(shown_at(view.extent().begin), 0);
  EXPECT_LE(shown_at(view.extent().end), view.size().width());
  light_and_dark(window.get(), QStringLiteral("photo-both-ways"));
}

TEST_F(Screens, TheQuestionAboutUnsavedWork) {
  open_window();
  make_panorama(8);
  for (const ThemeChoice choice : {ThemeChoice::light, ThemeChoice::dark}) {
    theme().choose(choice);
    bool asked = false;
    QTimer::singleShot(0, window.get(), [&] {
      QWidget* question = QApplication::activeModalWidget();
      ASSERT_NE(question, nullptr);
      asked = true;
      picture(question, QStringLiteral("unsaved-") + name(choice));
      question->close();
    });
    trigger("file.new");
    EXPECT_TRUE(asked);
    EXPECT_EQ(columns(), 8) << "nothing was answered";
  }
}

// A dock that shares its place has its name on the tab, one that is alone or floats in its title bar.
TEST_F(Screens, EveryDockIsNamedOnce) {
  open_window({1280, 800});
  auto* generation = window->findChild<QDockWidget*>(QStringLiteral("dock.generation"));
  auto* inspector = window->findChild<QDockWidget*>(QStringLiteral("dock.inspector"));
  auto* history = window->findChild<QDockWidget*>(QStringLiteral("dock.history"));
  const auto bare = [](const QDockWidget* dock) { return dock->titleBarWidget() != nullptr; };
  ASSERT_TRUE(wait_until([&] { return bare(generation) && bare(inspector) && !bare(history); }));
  QTabBar* tabs = nullptr;
  for (QTabBar* bar : window->findChildren<QTabBar*>(QString(), Qt::FindDirectChildrenOnly)) {
    if (bar->isVisible()) tabs = bar;
  }
  ASSERT_NE(tabs, nullptr);
  ASSERT_EQ(tabs->count(), 2);
  picture(window.get(), QStringLiteral("docks-tabbed"));
  Q_EMIT tabs->tabBarDoubleClicked(0);
  EXPECT_TRUE(generation->isFloating() != inspector->isFloating());
  ASSERT_TRUE(wait_until([&] { return !bare(generation) && !bare(inspector); }));
  picture(window.get(), QStringLiteral("docks-apart"));
  picture(generation->isFloating() ? generation : inspector, QStringLiteral("dock-floating"));
  generation->setFloating(false);
  inspector->setFloating(false);
  ASSERT_TRUE(wait_until([&] { return bare(generation) && bare(inspector); }));
  inspector->close();
  ASSERT_TRUE(wait_until([&] { return !bare(generation); }));
}

TEST_F(Screens, TheDialogs) {
  open_window();
  make_panorama(8);
  for (const auto& [name, dialog] : dialogs()) {
    dialog->show();
    QTest::qWait(30);
    light_and_dark(dialog.get(), name);
    dialog->close();
  }
}

TEST_F(Screens, AFineScreenGetsFinePictures) {
  if (screen_of(OnScreen::fine) == nullptr) return;
  open_window({1280, 800}, OnScreen::fine);
  ASSERT_EQ(window->devicePixelRatioF(), 2.0);
  make_panorama(16);
  show_inspector();
  window->canvas()->select({10, 11});
  ASSERT_TRUE(wait_until([&] { return !window->inspector()->influence()->picture()->after().isNull(); }));
  ASSERT_TRUE(wait_idle());
  EXPECT_EQ(window->canvas()->viewport().size(), window->canvas()->size() * 2);
  picture(window.get(), QStringLiteral("main-fine"));
}

TEST_F(Screens, ASmallScreenHoldsEverything) {
  open_window(kSmallScreen, OnScreen::small);
  EXPECT_EQ(window->size(), kSmallScreen);
  make_panorama(16);
  picture(window.get(), QStringLiteral("main-small"));
  show_inspector();
  window->canvas()->select({10, 11});
  ASSERT_TRUE(wait_until([&] { return !window->inspector()->influence()->picture()->after().isNull(); }));
  picture(window.get(), QStringLiteral("main-small-inspector"));
  EXPECT_EQ(window->size(), kSmallScreen) << "nothing in it needs more";
  for (const auto& [name, dialog] : dialogs()) {
    dialog->show();
    QTest::qWait(10);
    EXPECT_LE(dialog->width(), kSmallScreen.width()) << name.toStdString();
    EXPECT_LE(dialog->height(), kSmallScreen.height()) << name.toStdString();
    picture(dialog.get(), QStringLiteral("small-") + name);
    dialog->close();
  }
}

// In both languages; a batch's queue is looked at in batch_test.cpp.
TEST_F(Screens, ALetterOfADialogLeadsToOneThing) {
  open_window();
  make_panorama(8);
  for (const char* language : {"en", "zh_CN"}) {
    use_language(QLatin1String(language));
    auto all = dialogs();
    all.emplace_back(QStringLiteral("variations"),
                     std::make_unique<VariationsDialog>(app.get(), 4, window.get()));
    all.emplace_back(QStringLiteral("batch"),
                     std::make_unique<BatchDialog>(app.get(), &app->batch(), window.get()));
    auto exporting = std::make_unique<ExportDialog>(app.get(), &app->exporter(), window.get());
    QComboBox* format = exporting->format();
    all.emplace_back(QStringLiteral("export"), std::move(exporting));
    for (const auto& [name, dialog] : all) {
      dialog->show();
      const int variants = name == QLatin1String("export") ? format->count() : 1;
      for (int i = 0; i < variants; ++i) {
        if (variants > 1) format->setCurrentIndex(i);
        QTest::qWait(10);
        EXPECT_EQ(shared_letters(dialog.get()).join(u'\n').toStdString(), "")
            << name.toStdString() << " in " << language << ", format " << i;
      }
      dialog->close();
    }
  }
  use_language(QStringLiteral("en"));
}

// Polishing the widgets is what takes the time of a change: Qt may do it once for each of a widget's
// ancestors.
TEST_F(Screens, AChangeOfThemePolishesEveryWidgetTwiceAtMost) {
  open_window();
  theme().choose(ThemeChoice::light);
  StyleChanges changes;
  qApp->installEventFilter(&changes);
  theme().choose(ThemeChoice::dark);
  qApp->removeEventFilter(&changes);
  EXPECT_GT(changes.of.size(), 100);
  for (auto each = changes.of.constBegin(); each != changes.of.constEnd(); ++each)
    EXPECT_LE(each.value(), 2) << each.key()->metaObject()->className();
}

// What a screen reader would say of every control that can be reached with Tab.
TEST_F(Screens, EveryControlHasAName) {
  open_window();
  make_panorama(8);
  window->canvas()->select({3, 4});
  std::vector<QWidget*> tops{window.get()};
  const auto shown = dialogs();
  for (const auto& each : shown) tops.push_back(each.second.get());
  for (QWidget* top : tops) {
    for (QWidget* widget : top->findChildren<QWidget*>()) {
      if (widget->window() != top) continue;  // a combo box's list
      if ((widget->focusPolicy() & Qt::TabFocus) == 0 || widget->objectName().startsWith(u"qt_")) continue;
      if (qobject_cast<QAbstractScrollArea*>(widget->parentWidget()) != nullptr) continue;
      QAccessibleInterface* seen = QAccessible::queryAccessibleInterface(widget);
      ASSERT_NE(seen, nullptr);
      const bool named =
          !seen->text(QAccessible::Name).isEmpty() || !seen->text(QAccessible::Description).isEmpty();
      EXPECT_TRUE(named) << widget->metaObject()->className() << " in " << top->metaObject()->className();
    }
  }
}

// An icon would stand where the check mark is, and a tint of it is all that would say on or off.
TEST_F(Screens, WhatIsSwitchedInAMenuShowsACheckMark) {
  open_window();
  for (const ActionSpec& spec : Actions::table()) {
    const QAction* action = window->actions_table()->get(spec.id);
    EXPECT_TRUE(!action->isCheckable() || !action->isIconVisibleInMenu()) << spec.id;
  }
  QMenu* menu = window->actions_table()->menu(Menu::view);
  menu->popup(window->mapToGlobal(QPoint(40, 40)));
  light_and_dark(menu, QStringLiteral("menu-view"));
  menu->close();
}

TEST_F(Screens, NoButtonOfADialogHasAnIcon) {
  open_window();
  for (const auto& [name, dialog] : dialogs()) {
    for (const QDialogButtonBox* box : dialog->findChildren<QDialogButtonBox*>()) {
      for (const QAbstractButton* button : box->buttons())
        EXPECT_TRUE(button->icon().isNull()) << name.toStdString() << ": " << button->text().toStdString();
    }
  }
}

TEST_F(Screens, EveryActionIsInAMenuOrHasAKey) {
  open_window();
  for (const ActionSpec& spec : Actions::table()) {
    const QAction* action = window->actions_table()->get(spec.id);
    const bool in_menu =
        spec.menu != Menu::hidden && window->actions_table()->menu(spec.menu)->actions().contains(action);
    EXPECT_TRUE(in_menu || !action->shortcuts().isEmpty()) << spec.id;
  }
}

}  // namespace
}  // namespace equi::ui::testing
