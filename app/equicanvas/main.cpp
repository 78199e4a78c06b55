// The desktop application: the window first, everything else after it.
#include <QApplication>
#include <QCommandLineParser>
#include <QTimer>

#include "ui/frame/main_window.h"
#include "ui/start.h"

int main(int argc, char** argv) {
  equi::ui::prepare_application();
  QApplication application(argc, argv);
  QCommandLineParser parser;
  parser.setApplicationDescription(QStringLiteral("Pictures that have no left or right end."));
  parser.addHelpOption();
  parser.addVersionOption();
  parser.addPositionalArgument(QStringLiteral("file"), QStringLiteral("A project or a picture to open."));
  parser.process(application);

  equi::ui::Theme theme;
  equi::ui::AppController controller(equi::ui::Paths::standard());
  theme.choose(equi::ui::parse_theme(controller.settings().theme()));
  equi::ui::MainWindow window(&controller, &theme);
  QObject::connect(&window, &equi::ui::MainWindow::usable, &controller, &equi::ui::AppController::start);
  window.show();
  return QApplication::exec();
}
