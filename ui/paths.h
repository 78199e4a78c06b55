#pragma once

#include <QString>
#include <QStringList>
#include <filesystem>

namespace equi::ui {

// The folders of the application. All are made when they are first used.
struct Paths {
  QString settings;           // the settings file
  QString state;              // open documents, for recovery
  QString cache;              // thumbnails
  QString models;             // where imports go
  QStringList model_folders;  // where bundles are looked for, `models` included

  // The desktop's folders (XDG). EQUICANVAS_MODELS names further model folders, separated by ':'.
  static Paths standard();
  // Everything below one folder: for tests and benchmarks.
  static Paths below(const QString& folder);
};

std::filesystem::path to_path(const QString& text);
QString from_path(const std::filesystem::path& path);

}  // namespace equi::ui
