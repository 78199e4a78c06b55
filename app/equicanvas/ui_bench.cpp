// equicanvas-ui-bench: drives the real window and measures what a user waits for. Without a display it runs
// on Qt's offscreen platform, which draws in software as a machine without a GPU does.
//
//   window_ready_s   from the start of the process to a window that has been painted and takes events
//   model_ready_s    the same to the model being loaded
//   first_column_s   from the click on a scene to the frame that shows the first column
//   frame_ms_p50/p99 handling a pan and painting the window once, while columns are being made
//   preview_ms_p50/p99 from a move of the inspector's blend slider to its preview
#include <QApplication>
#include <QCommandLineParser>
#include <QDir>
#include <QDockWidget>
#include <QElapsedTimer>
#include <QMouseEvent>
#include <QTemporaryDir>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <sstream>
#include <thread>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include "ui/frame/main_window.h"
#include "ui/inspector/inspector_panel.h"
#include "ui/inspector/split_view.h"
#include "ui/inspector/swap_page.h"
#include "ui/start.h"

using namespace equi::ui;

namespace {

double boot_seconds() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// When this process was started, on the same clock (to 10 ms): field 22 of /proc/self/stat.
double process_start() {
  std::ifstream file("/proc/self/stat");
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  std::istringstream fields(text.substr(text.rfind(')') + 2));
  std::string field;
  for (int i = 3; i <= 22; ++i) fields >> field;
  return std::stod(field) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

bool wait_until(const std::function<bool()>& condition, double seconds) {
  QElapsedTimer clock;
  clock.start();
  while (!condition()) {
    if (static_cast<double>(clock.elapsed()) > seconds * 1000) return false;
    QApplication::processEvents();
    std::this_thread::sleep_for(std::chrono::microseconds(500));  // no core of its own: decoding wants it
  }
  return true;
}

double quantile(std::vector<double> values, double part) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  const auto index = static_cast<std::size_t>(std::lround(part * static_cast<double>(values.size() - 1)));
  return values[index];
}

void click(QWidget* widget, QPoint at) {
  for (const auto type : {QEvent::MouseButtonPress, QEvent::MouseButtonRelease}) {
    QMouseEvent event(type, at, widget->mapToGlobal(at), Qt::LeftButton,
                      type == QEvent::MouseButtonPress ? Qt::LeftButton : Qt::NoButton, Qt::NoModifier);
    QApplication::sendEvent(widget, &event);
  }
}

// Drags the canvas to and fro while it grows; milliseconds of each frame.
std::vector<double> pan(MainWindow& window, double seconds) {
  CanvasView* canvas = window.canvas();
  std::vector<double> frames;
  QElapsedTimer whole;
  whole.start();
  const QPointF start(canvas->width() / 2.0, canvas->height() / 2.0);
  const auto send = [&](QEvent::Type type, QPointF at) {
    const bool down = type != QEvent::MouseButtonRelease;
    QMouseEvent event(type, at, canvas->mapToGlobal(at),
                      type == QEvent::MouseMove ? Qt::NoButton : Qt::LeftButton,
                      down ? Qt::LeftButton : Qt::NoButton, Qt::NoModifier);
    QApplication::sendEvent(canvas, &event);
  };
  send(QEvent::MouseButtonPress, start);
  for (int i = 0; static_cast<double>(whole.elapsed()) < seconds * 1000; ++i) {
    QElapsedTimer frame;
    frame.start();
    send(QEvent::MouseMove, start + QPointF(200.0 * std::sin(i * 0.05), 0));
    QApplication::processEvents();
    canvas->repaint();
    frames.push_back(static_cast<double>(frame.nsecsElapsed()) / 1e6);
    const double rest = 16.0 - frames.back();
    if (rest > 0) std::this_thread::sleep_for(std::chrono::duration<double, std::milli>(rest));
  }
  send(QEvent::MouseButtonRelease, start);
  return frames;
}

// Moves the blend slider of the inspector's swap page, while tiles of what has just been grown are drawn;
// milliseconds from each move to its picture.
std::vector<double> drag_swap(MainWindow& window, std::int64_t column) {
  auto* dock = window.findChild<QDockWidget*>(QStringLiteral("dock.inspector"));
  dock->show();
  dock->raise();
  SwapPage* page = window.inspector()->swap();
  window.inspector()->pages()->setCurrentWidget(page);
  window.canvas()->center_on_column(static_cast<double>(column));
  window.canvas()->select({column, column + 1});
  page->other_column()->setValue(static_cast<int>(column) + 20);
  std::vector<double> waits;
  if (!wait_until([&] { return !page->picture()->after().isNull(); }, 20)) return waits;
  for (int amount = 5; amount < 100; ++amount) {
    const auto before = page->picture()->after().cacheKey();
    QElapsedTimer clock;
    clock.start();
    page->amount()->setValue(amount);
    if (!wait_until([&] { return page->picture()->after().cacheKey() != before; }, 20)) break;
    waits.push_back(static_cast<double>(clock.nsecsElapsed()) / 1e6);
  }
  return waits;
}

}  // namespace

int main(int argc, char** argv) {
  const double started = process_start();
  if (qEnvironmentVariableIsEmpty("DISPLAY") && qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY") &&
      qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM")) {
    qputenv("QT_QPA_PLATFORM", "offscreen");
  }
  prepare_application();
  QApplication application(argc, argv);
  QCommandLineParser parser;
  parser.addHelpOption();
  parser.addOptions({{QStringLiteral("json"), QStringLiteral("For machines.")},
                     {QStringLiteral("model"), QStringLiteral("The bundle."), QStringLiteral("folder")},
                     {QStringLiteral("seconds"), QStringLiteral("How long to pan."), QStringLiteral("s"),
                      QStringLiteral("6")}});
  parser.process(application);

  const QTemporaryDir folder;
  Paths paths = Paths::below(folder.path());
  paths.model_folders = Paths::standard().model_folders;
  if (parser.isSet(QStringLiteral("model"))) paths.model_folders = {parser.value(QStringLiteral("model"))};

  Theme theme;
  AppController controller(paths);
  MainWindow window(&controller, &theme);
  window.resize(1280, 800);
  bool usable = false;
  QObject::connect(&window, &MainWindow::usable, &controller, [&] {
    usable = true;
    controller.start();
  });
  window.show();
  if (!wait_until([&] { return usable; }, 30)) return 1;
  const double window_ready = boot_seconds() - started;
  if (!wait_until([&] { return controller.has_canvas() && controller.snapshot(); }, 120)) {
    std::fprintf(stderr, "no model could be loaded; name one with --model FOLDER\n");
    return 2;
  }
  const double model_ready = boot_seconds() - started;

  QListView* scenes = window.scenes()->list();
  wait_until([] { return false; }, 0.5);
  QElapsedTimer clock;
  clock.start();
  click(scenes->viewport(), scenes->visualRect(scenes->model()->index(0, 0)).center());
  bool shown = false;
  QObject::connect(&controller, &AppController::pixels_ready, &controller, [&] { shown = true; });
  if (!wait_until([&] { return shown && controller.snapshot()->extent.size() > 0; }, 120)) return 1;
  window.canvas()->repaint();
  const double first_column = static_cast<double>(clock.elapsed()) / 1000;

  controller.growth().keep_going(equi::engine::FrameId::forward);
  wait_until([&] { return controller.snapshot()->extent.size() > 64; }, 60);
  const auto frames = pan(window, parser.value(QStringLiteral("seconds")).toDouble());
  const double rate = controller.growth().progress().rate;
  controller.growth().stop();
  wait_until([&] { return !controller.growth().running(); }, 20);
  const auto previews = drag_swap(window, controller.snapshot()->extent.size() / 2);

  const nlohmann::json report = {
      {"window_ready_s", window_ready},
      {"model_ready_s", model_ready},
      {"first_column_s", first_column},
      {"frame_ms_p50", quantile(frames, 0.5)},
      {"frame_ms_p99", quantile(frames, 0.99)},
      {"frames", frames.size()},
      {"preview_ms_p50", quantile(previews, 0.5)},
      {"preview_ms_p99", quantile(previews, 0.99)},
      {"previews", previews.size()},
      {"columns_per_second", rate},
      {"columns", controller.snapshot()->extent.size()},
      {"model", controller.engine()->manifest().name},
      {"platform", QGuiApplication::platformName().toStdString()},
      {"cores", std::thread::hardware_concurrency()},
  };
  if (parser.isSet(QStringLiteral("json"))) {
    std::printf("%s\n", report.dump(2).c_str());
  } else {
    for (const auto& [key, value] : report.items())
      std::printf("%-20s %s\n", key.c_str(), value.dump().c_str());
  }
  return 0;
}
