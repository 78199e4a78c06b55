#include "tests/ui/ui_fixture.h"

#include <QDir>
#include <QElapsedTimer>

#include "ui/start.h"

namespace equi::ui::testing {
namespace {

std::unique_ptr<Theme> the_theme;  // made once there is an application

}  // namespace

Theme& theme() {
  return *the_theme;
}

bool wait_until(const std::function<bool()>& condition, double seconds) {
  QElapsedTimer clock;
  clock.start();
  while (!condition()) {
    if (static_cast<double>(clock.elapsed()) > seconds * 1000) return false;
    QTest::qWait(5);
  }
  return true;
}

std::filesystem::path picture_model() {
  const std::filesystem::path demo = EQUI_DEMO_MODEL;
  return std::filesystem::exists(demo / "manifest.json") ? demo : equi::testing::golden_bundle();
}

void UiTest::SetUp() {
  paths = Paths::below(from_path(folder.path()));
  install(picture_model());
}

void UiTest::install(const std::filesystem::path& bundle, const std::string& name) {
  const auto target = to_path(paths.models) / name;
  std::filesystem::create_directories(target.parent_path());
  std::filesystem::copy(bundle, target, std::filesystem::copy_options::recursive);
}

void UiTest::open_window(QSize size) {
  app = std::make_unique<AppController>(paths);
  window = std::make_unique<MainWindow>(app.get(), &theme());
  window->resize(size);
  window->show();
  app->start();
  ASSERT_TRUE(wait_until([&] { return app->library().scanned() && !app->host().loading(); }));
  const bool canvas = !app->engine() || wait_until([&] { return app->has_canvas() && app->snapshot(); });
  ASSERT_TRUE(canvas);
}

void UiTest::close_window() {
  window.reset();
  app.reset();
}

void UiTest::TearDown() {
  close_window();
}

void UiTest::click_scene(int row) {
  QListView* list = window->scenes()->list();
  const QModelIndex index = list->model()->index(row, 0);
  ASSERT_TRUE(index.isValid());
  list->scrollTo(index);
  QTest::mouseClick(list->viewport(), Qt::LeftButton, {}, list->visualRect(index).center());
}

bool UiTest::wait_columns(std::int64_t count, double seconds) {
  return wait_until([&] { return columns() >= count; }, seconds);
}

bool UiTest::wait_idle(double seconds) {
  return wait_until([&] { return !app->growth().running() && window->canvas()->complete(); }, seconds);
}

void UiTest::screenshot(QWidget* widget, const QString& name) {
  const QString folder = QStringLiteral(EQUI_SCREENSHOTS);
  QDir().mkpath(folder);
  widget->grab().save(folder + QLatin1Char('/') + name + QStringLiteral(".png"));
}

void UiTest::screenshot(const QString& name) {
  screenshot(window.get(), name);
}

}  // namespace equi::ui::testing

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
  equi::ui::prepare_application();
  QApplication application(argc, argv);
  equi::ui::testing::the_theme = std::make_unique<equi::ui::Theme>();
  const int result = RUN_ALL_TESTS();
  equi::ui::testing::the_theme.reset();
  return result;
}
