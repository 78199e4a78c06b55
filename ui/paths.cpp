#include "ui/paths.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QStandardPaths>

namespace equi::ui {
namespace {

// `models` beside the program or above it: an installed tree (share/equicanvas/models) or a build tree.
QStringList folders_near_program() {
  QStringList found;
  QDir folder(QCoreApplication::applicationDirPath());
  for (int up = 0; up < 5; ++up) {
    for (const char* name : {"models", "share/equicanvas/models"}) {
      if (QDir(folder.filePath(QLatin1String(name))).exists()) found << folder.filePath(QLatin1String(name));
    }
    if (!folder.cdUp()) break;
  }
  return found;
}

}  // namespace

Paths Paths::standard() {
  Paths paths;
  const QString home_state =
      qEnvironmentVariable("XDG_STATE_HOME", QDir::homePath() + QStringLiteral("/.local/state"));
  const QString config = QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation);
  const QString cache = QStandardPaths::writableLocation(QStandardPaths::GenericCacheLocation);
  const QString data = QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation);
  paths.settings = config + QStringLiteral("/equicanvas/equicanvas.ini");
  paths.state = home_state + QStringLiteral("/equicanvas");
  paths.cache = cache + QStringLiteral("/equicanvas");
  paths.models = data + QStringLiteral("/equicanvas/models");
  paths.model_folders << qEnvironmentVariable("EQUICANVAS_MODELS").split(QLatin1Char(':'), Qt::SkipEmptyParts)
                      << paths.models << folders_near_program();
  return paths;
}

Paths Paths::below(const QString& folder) {
  Paths paths;
  paths.settings = folder + QStringLiteral("/settings.ini");
  paths.state = folder + QStringLiteral("/state");
  paths.cache = folder + QStringLiteral("/cache");
  paths.models = folder + QStringLiteral("/models");
  paths.model_folders << paths.models;
  return paths;
}

std::filesystem::path to_path(const QString& text) {
  return {QFile::encodeName(text).toStdString()};
}

QString from_path(const std::filesystem::path& path) {
  return QFile::decodeName(QByteArray::fromStdString(path.string()));
}

}  // namespace equi::ui
