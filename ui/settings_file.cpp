#include "ui/settings_file.h"

#include <QDir>
#include <QFileInfo>
#include <QSettings>
#include <utility>

namespace equi::ui {
namespace {

// As QSettings spells it in the file, where an empty part of a path is none.
QString normal(const QString& key) {
  return key.split(QLatin1Char('/'), Qt::SkipEmptyParts).join(QLatin1Char('/'));
}

}  // namespace

SettingsFile::SettingsFile(QString path) : path_(std::move(path)) {
  QDir().mkpath(QFileInfo(path_).path());
  const QSettings file(path_, QSettings::IniFormat);
  writable_ = file.isWritable();
  for (const QString& key : file.allKeys()) values_.insert(key, file.value(key));
  pause_.setSingleShot(true);
  pause_.setInterval(kPause);
  connect(&pause_, &QTimer::timeout, this, &SettingsFile::submit);
}

SettingsFile::~SettingsFile() {
  write(path_, *unsaved_);
}

QVariant SettingsFile::value(const QString& key, const QVariant& fallback) const {
  return values_.value(normal(key), fallback);
}

void SettingsFile::set_value(const QString& key, const QVariant& value) {
  const QString name = normal(key);
  const auto known = values_.constFind(name);
  if (known != values_.constEnd() && *known == value) return;
  values_.insert(name, value);
  {
    const std::scoped_lock lock(unsaved_->mutex);
    unsaved_->values.insert(name, value);
  }
  if (!pause_.isActive()) pause_.start();
}

void SettingsFile::submit() {
  if (!queue_) return;
  queue_->submit(
      {.name = "save the settings",
       .priority = jobs::Priority::background,
       .run = [path = path_, unsaved = unsaved_](const jobs::Context&) { write(path, *unsaved); }});
}

void SettingsFile::write(const QString& path, Unsaved& unsaved) {
  const std::scoped_lock turn(unsaved.writing);
  Values values;
  {
    const std::scoped_lock lock(unsaved.mutex);
    values = std::exchange(unsaved.values, {});
  }
  if (values.isEmpty()) return;
  QSettings file(path, QSettings::IniFormat);
  for (auto each = values.constBegin(); each != values.constEnd(); ++each)
    file.setValue(each.key(), each.value());
  file.sync();
  if (file.status() == QSettings::NoError) return;
  const std::scoped_lock lock(unsaved.mutex);
  values.insert(unsaved.values);  // the newer ones win
  unsaved.values = std::move(values);
}

}  // namespace equi::ui
