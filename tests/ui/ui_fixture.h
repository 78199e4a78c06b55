#pragma once

#include <QApplication>
#include <QTest>
#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>

#include <gtest/gtest.h>

#include "tests/support/temp_folder.h"
#include "ui/frame/main_window.h"

namespace equi::ui::testing {

using equi::testing::TempFolder;

// Turns the event loop until `condition` holds; false after `seconds`.
bool wait_until(const std::function<bool()>& condition, double seconds = 60);

// The model that all of these tests drive: the one that comes with the program.
std::filesystem::path demo_model();

// The screens of the offscreen platform, so that one process sees them all.
enum class OnScreen {
  usual,  // 1920 x 1080
  small,  // 1024 x 600
  fine,   // 1920 x 1080 points, two device pixels each
};
QScreen* screen_of(OnScreen which);  // null on another platform

// The real window on the real controller in folders of its own, with a model installed.
class UiTest : public ::testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  // Makes the controller and the window and waits for the model.
  void open_window(QSize size = {1280, 800}, OnScreen screen = OnScreen::usual);
  void close_window();
  void install(const std::filesystem::path& bundle, const std::string& name = "model");

  // Clicks the scene of this row in the scenes panel.
  void click_scene(int row);
  void trigger(const char* action) { window->actions_table()->get(action)->trigger(); }
  std::int64_t columns() const { return app->snapshot() ? app->snapshot()->extent.size() : 0; }
  bool wait_columns(std::int64_t count, double seconds = 60);
  // A panorama of the first scene, grown and drawn.
  void make_panorama(int amount = 16);
  bool wait_idle(double seconds = 60);  // nothing grows and all that is visible is there
  // Keeps the device's worker busy until it is let go, so that what waits for it stays under way.
  struct Hold {
    std::shared_ptr<std::atomic<bool>> entered = std::make_shared<std::atomic<bool>>(false);
    std::shared_ptr<std::atomic<bool>> over = std::make_shared<std::atomic<bool>>(false);
    void let_go() const { *over = true; }
  };
  Hold hold_device(jobs::Priority priority = jobs::Priority::preview);
  // While the device is held and a batch waits for it: lets the batch do one thing at a time (begin, a
  // column, a block of a picture) until `condition` holds. The device is held again then.
  Hold step_batch(Hold held, const std::function<bool()>& condition);
  // Presses these buttons of the next questions, one each, and notes their titles. The buttons of a question
  // stand from right to left: its last answer is number 0. With a name, the first question is a screenshot.
  void answer(QStringList& asked, QList<int> buttons, const QString& picture = {});
  // Letters that Alt takes to more than one of the widgets in this window that can be seen and used now.
  static QStringList shared_letters(QWidget* in);
  // Writes build/screenshots/NAME.png, or into the folder that EQUICANVAS_SCREENSHOTS names.
  void screenshot(const QString& name);
  static void screenshot(QWidget* widget, const QString& name);
  // The same in the light and the dark theme: NAME.png and NAME-dark.png.
  static void screenshots(QWidget* widget, const QString& name);

  TempFolder folder;
  Paths paths;
  std::unique_ptr<AppController> app;
  std::unique_ptr<MainWindow> window;
};

Theme& theme();

}  // namespace equi::ui::testing
