#include "tests/ui/ui_fixture.h"

#include <QDir>
#include <QElapsedTimer>
#include <QGroupBox>
#include <QKeySequence>
#include <QLabel>
#include <QMap>
#include <QMenuBar>
#include <QPushButton>
#include <QScreen>
#include <QTabBar>
#include <QTimer>
#include <chrono>
#include <fstream>
#include <thread>

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

std::filesystem::path demo_model() {
  return EQUI_DEMO_MODEL;
}

QScreen* screen_of(OnScreen which) {
  const char* names[] = {"usual", "small", "fine"};
  for (QScreen* screen : QGuiApplication::screens()) {
    if (screen->name() == QLatin1String(names[static_cast<std::size_t>(which)])) return screen;
  }
  return nullptr;
}

void UiTest::SetUp() {
  paths = Paths::below(from_path(folder.path()));
  ASSERT_TRUE(std::filesystem::exists(demo_model() / "manifest.json")) << "the demo model is not there";
  install(demo_model());
}

void UiTest::install(const std::filesystem::path& bundle, const std::string& name) {
  const auto target = to_path(paths.models) / name;
  std::filesystem::create_directories(target.parent_path());
  std::filesystem::copy(bundle, target, std::filesystem::copy_options::recursive);
}

void UiTest::open_window(QSize size, OnScreen screen) {
  app = std::make_unique<AppController>(paths);
  window = std::make_unique<MainWindow>(app.get(), &theme());
  if (QScreen* place = screen_of(screen); place != nullptr && place != window->screen()) {
    window->setScreen(place);
    window->move(place->availableGeometry().topLeft());
  }
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

void UiTest::make_panorama(int amount) {
  app->growth().set_amount(amount);
  click_scene(0);
  ASSERT_TRUE(wait_columns(amount));
  ASSERT_TRUE(wait_idle());
}

bool UiTest::wait_columns(std::int64_t count, double seconds) {
  return wait_until([&] { return columns() >= count; }, seconds);
}

bool UiTest::wait_idle(double seconds) {
  return wait_until([&] { return !app->growth().running() && window->canvas()->complete(); }, seconds);
}

UiTest::Hold UiTest::hold_device(jobs::Priority priority) {
  Hold hold;
  app->device_queue()->submit(
      {.name = "hold", .priority = priority, .run = [hold](const jobs::Context& context) {
         *hold.entered = true;
         while (!*hold.over && !context.stopped()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
       }});
  return hold;
}

// A slice of a batch ends after one step where another job waits, and the next one waits behind that job.
UiTest::Hold UiTest::step_batch(Hold held, const std::function<bool()>& condition) {
  while (!condition()) {
    const Hold next = hold_device(jobs::Priority::background);
    held.let_go();
    held = next;
    if (!wait_until([&] { return next.entered->load(); })) {
      ADD_FAILURE() << "the device does not come to the next step";
      break;
    }
    QTest::qWait(1);  // what the step had to say
  }
  return held;
}

void UiTest::answer(QStringList& asked, QList<int> buttons, const QString& picture) {
  auto* timer = new QTimer(window.get());
  timer->start(20);
  QObject::connect(timer, &QTimer::timeout, timer,
                   [timer, &asked, buttons, picture = QString(picture)]() mutable {
                     auto* question = QApplication::activeModalWidget();
                     if (question == nullptr || question->objectName() != QLatin1String("question")) return;
                     if (!picture.isEmpty()) screenshots(question, std::exchange(picture, QString()));
                     asked << question->windowTitle();
                     const int button = buttons.takeFirst();
                     if (buttons.isEmpty()) {
                       timer->stop();
                       timer->deleteLater();
                     }
                     question->findChildren<QPushButton*>().at(button)->click();
                   });
}

QStringList UiTest::shared_letters(QWidget* in) {
  QMap<QString, QStringList> texts;
  const auto add = [&](const QString& text) {
    const QString key = QKeySequence::mnemonic(text).toString();
    if (!key.isEmpty()) texts[key] << text;
  };
  for (const QWidget* widget : in->findChildren<QWidget*>()) {
    if (widget->window() != in || !widget->isVisible() || !widget->isEnabled()) continue;
    if (const auto* button = qobject_cast<const QAbstractButton*>(widget)) add(button->text());
    if (const auto* box = qobject_cast<const QGroupBox*>(widget)) add(box->title());
    const auto* label = qobject_cast<const QLabel*>(widget);
    if (label != nullptr && label->buddy() != nullptr && label->buddy()->isEnabled()) add(label->text());
    const auto* menus = qobject_cast<const QMenuBar*>(widget);
    if (menus != nullptr)
      for (const QAction* menu : menus->actions()) add(menu->text());
    const auto* tabs = qobject_cast<const QTabBar*>(widget);
    for (int i = 0; tabs != nullptr && i < tabs->count(); ++i) add(tabs->tabText(i));
  }
  QStringList shared;
  for (const QStringList& each : std::as_const(texts)) {
    if (each.size() > 1) shared << each.join(QStringLiteral(" and "));
  }
  return shared;
}

void UiTest::screenshot(QWidget* widget, const QString& name) {
  const QString folder = qEnvironmentVariable("EQUICANVAS_SCREENSHOTS", QStringLiteral(EQUI_SCREENSHOTS));
  QDir().mkpath(folder);
  widget->grab().save(folder + QLatin1Char('/') + name + QStringLiteral(".png"));
}

void UiTest::screenshots(QWidget* widget, const QString& name) {
  screenshot(widget, name);
  const ThemeChoice before = theme().choice();
  theme().choose(ThemeChoice::dark);
  screenshot(widget, name + QStringLiteral("-dark"));
  theme().choose(before);
}

void UiTest::screenshot(const QString& name) {
  screenshot(window.get(), name);
}

}  // namespace equi::ui::testing

namespace {

// The screens of OnScreen, in its order, side by side.
constexpr const char* kScreens = R"({"screens": [
  {"name": "usual", "x": 0, "y": 0, "width": 1920, "height": 1080},
  {"name": "small", "x": 2000, "y": 0, "width": 1024, "height": 600},
  {"name": "fine", "x": 4000, "y": 0, "width": 1920, "height": 1080, "dpr": 2}]})";

}  // namespace

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  const equi::testing::TempFolder folder;
  const auto platform = qEnvironmentVariable("QT_QPA_PLATFORM");
  if (platform.isEmpty() || platform == QLatin1String("offscreen")) {
    const auto file = folder / "screens.json";
    std::ofstream(file) << kScreens;
    qputenv("QT_QPA_PLATFORM", QByteArray("offscreen:configfile=") + file.c_str());
  }
  equi::ui::prepare_application();
  QApplication application(argc, argv);
  equi::ui::testing::the_theme = std::make_unique<equi::ui::Theme>();
  const int result = RUN_ALL_TESTS();
  equi::ui::testing::the_theme.reset();
  return result;
}
