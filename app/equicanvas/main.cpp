// The desktop application: the window first, everything else after it.
#include <QApplication>
#include <QCommandLineParser>
#include <functional>
#include <memory>

#include "ui/frame/language.h"
#include "ui/frame/main_window.h"
#include "ui/start.h"

using namespace equi::ui;

int main(int argc, char** argv) {
  prepare_application();
  QApplication application(argc, argv);
  QCommandLineParser parser;
  parser.setApplicationDescription(QStringLiteral("Pictures that have no left or right end."));
  parser.addHelpOption();
  parser.addVersionOption();
  parser.addPositionalArgument(QStringLiteral("file"), QStringLiteral("A project or a picture to open."));
  parser.process(application);

  Theme theme;
  AppController controller(Paths::standard());
  theme.choose(parse_theme(controller.settings().theme()));

  std::unique_ptr<MainWindow> window;
  // Once more when another language is chosen; the canvas stays, it is the controller's.
  const std::function<void()> make_window = [&] {
    use_language(controller.settings().language());
    auto made = std::make_unique<MainWindow>(&controller, &theme);
    QObject::connect(made.get(), &MainWindow::usable, &controller, &AppController::start);
    QObject::connect(made.get(), &MainWindow::language_changed, &controller, make_window,
                     Qt::QueuedConnection);
    if (window) {
      made->show_instead_of(*window);
    } else {
      made->show();
    }
    window = std::move(made);
  };
  make_window();

  const QStringList files = parser.positionalArguments();
  if (!files.isEmpty()) {
    QObject::connect(
        &controller.project(), &ProjectKeeper::opened, &controller,
        [&, file = files.first()] { window->projects()->open(file); }, Qt::SingleShotConnection);
  }
  return QApplication::exec();
}
