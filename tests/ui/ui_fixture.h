#pragma once

#include <QApplication>
#include <QTest>
#include <functional>
#include <memory>

#include <gtest/gtest.h>

#include "tests/support/golden_bundle.h"
#include "tests/support/temp_folder.h"
#include "ui/frame/main_window.h"

namespace equi::ui::testing {

using equi::testing::TempFolder;

// Turns the event loop until `condition` holds; false after `seconds`.
bool wait_until(const std::function<bool()>& condition, double seconds = 60);

// The bundle for tests that want a picture: models/demo where it is, otherwise the tiny random one.
std::filesystem::path picture_model();

// The real window on the real controller in folders of its own, with a model installed.
class UiTest : public ::testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  // Makes the controller and the window and waits for the model.
  void open_window(QSize size = {1280, 800});
  void close_window();
  void install(const std::filesystem::path& bundle, const std::string& name = "model");

  // Clicks the scene of this row in the scenes panel.
  void click_scene(int row);
  void trigger(const char* action) { window->actions_table()->get(action)->trigger(); }
  std::int64_t columns() const { return app->snapshot() ? app->snapshot()->extent.size() : 0; }
  bool wait_columns(std::int64_t count, double seconds = 60);
  bool wait_idle(double seconds = 60);  // nothing grows and all that is visible is there
  // Writes build/screenshots/NAME.png.
  void screenshot(const QString& name);
  static void screenshot(QWidget* widget, const QString& name);

  TempFolder folder;
  Paths paths;
  std::unique_ptr<AppController> app;
  std::unique_ptr<MainWindow> window;
};

Theme& theme();

}  // namespace equi::ui::testing
