#include "ui/app_settings.h"

#include <algorithm>

namespace equi::ui {

void AppSettings::set_window(const QByteArray& geometry, const QByteArray& layout) {
  set("window/geometry", geometry);
  set("window/layout", layout);
}

QStringList AppSettings::favourites(const QString& model) const {
  return file_.value(QStringLiteral("favourites/") + model).toStringList();
}

void AppSettings::set_favourites(const QString& model, const QStringList& names) {
  file_.set_value(QStringLiteral("favourites/") + model, names);
}

void AppSettings::add_recent(const QString& path) {
  QStringList list = recent();
  list.removeAll(path);
  list.prepend(path);
  while (list.size() > kRecent) list.removeLast();
  set("project/recent", list);
}

void AppSettings::forget_recent(const QString& path) {
  QStringList list = recent();
  list.removeAll(path);
  set("project/recent", list);
}

QString AppSettings::text(const char* key, const QString& fallback) const {
  return file_.value(QLatin1String(key), fallback).toString();
}

bool AppSettings::flag(const char* key, bool fallback) const {
  return file_.value(QLatin1String(key), fallback).toBool();
}

int AppSettings::number(const char* key, int fallback, int least, int most) const {
  bool ok = false;
  const int value = file_.value(QLatin1String(key), fallback).toInt(&ok);
  return ok ? std::clamp(value, least, most) : fallback;
}

}  // namespace equi::ui
