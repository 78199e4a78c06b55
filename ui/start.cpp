#include "ui/start.h"

#include <QCoreApplication>
#include <QGuiApplication>
#include <QMetaType>

#include "core/base/error.h"

static void load_resources() {
  Q_INIT_RESOURCE(equicanvas);
}

namespace equi::ui {

void prepare_application() {
  load_resources();
  QCoreApplication::setApplicationName(QStringLiteral("equicanvas"));
  QCoreApplication::setApplicationVersion(QStringLiteral(EQUI_VERSION));
  QGuiApplication::setDesktopFileName(QStringLiteral("equicanvas"));
  QGuiApplication::setApplicationDisplayName(QStringLiteral("EquiCanvas"));
  QGuiApplication::setHighDpiScaleFactorRoundingPolicy(Qt::HighDpiScaleFactorRoundingPolicy::PassThrough);
}

}  // namespace equi::ui
