#pragma once

#include <QByteArray>
#include <QStringList>

#include "ui/paths.h"
#include "ui/settings_file.h"

namespace equi::ui {

// What is remembered between two runs, typed, with its default beside it. Lives on the GUI thread, which
// never waits for the file. Where that cannot be written everything works and is forgotten at the end
// (`writable` says so).
class AppSettings {
 public:
  explicit AppSettings(const Paths& paths) : file_(paths.settings) {}

  bool writable() const { return file_.writable(); }
  // The worker that writes what changes.
  void write_on(std::shared_ptr<jobs::JobQueue> queue) { file_.write_on(std::move(queue)); }

  // The frame.
  QString theme() const { return text("window/theme", QStringLiteral("system")); }
  void set_theme(const QString& value) { set("window/theme", value); }
  QString language() const { return text("window/language", {}); }  // empty: the system's; "en", "zh_CN"
  void set_language(const QString& value) { set("window/language", value); }
  QByteArray geometry() const { return file_.value(QStringLiteral("window/geometry")).toByteArray(); }
  QByteArray layout() const { return file_.value(QStringLiteral("window/layout")).toByteArray(); }
  void set_window(const QByteArray& geometry, const QByteArray& layout);
  bool notifications() const { return flag("window/notifications", true); }
  void set_notifications(bool on) { set("window/notifications", on); }

  // The model.
  QString model() const { return text("model/folder", {}); }
  void set_model(const QString& folder) { set("model/folder", folder); }
  QString device() const { return text("model/device", QStringLiteral("auto")); }
  void set_device(const QString& name) { set("model/device", name); }
  QString precision() const { return text("model/precision", QStringLiteral("auto")); }
  void set_precision(const QString& name) { set("model/precision", name); }
  int cache_mib() const { return number("model/cache_mib", 512, 64, 16384); }
  void set_cache_mib(int value) { set("model/cache_mib", value); }

  // Growing.
  int amount() const { return number("grow/columns", 32, 1, 100000); }
  void set_amount(int columns) { set("grow/columns", columns); }
  bool auto_extend() const { return flag("grow/auto", false); }
  void set_auto_extend(bool on) { set("grow/auto", on); }
  bool follow() const { return flag("grow/follow", true); }
  void set_follow(bool on) { set("grow/follow", on); }
  bool seed_locked() const { return flag("grow/seed_locked", false); }
  void set_seed_locked(bool on) { set("grow/seed_locked", on); }
  int ramp() const { return number("grow/ramp", 8, 0, 4096); }
  void set_ramp(int columns) { set("grow/ramp", columns); }
  int variations() const { return number("grow/variations", 4, 2, 9); }
  void set_variations(int count) { set("grow/variations", count); }
  bool grid() const { return flag("view/grid", true); }
  void set_grid(bool on) { set("view/grid", on); }

  // Scenes, by the model's name.
  QStringList favourites(const QString& model) const;
  void set_favourites(const QString& model, const QStringList& names);

  // Projects.
  static constexpr int kRecent = 10;
  QStringList recent() const { return file_.value(QStringLiteral("project/recent")).toStringList(); }
  void add_recent(const QString& path);
  void forget_recent(const QString& path);
  void clear_recent() { set("project/recent", QStringList()); }
  int autosave_minutes() const { return number("project/autosave_minutes", 0, 0, 120); }  // 0: only by hand
  void set_autosave_minutes(int minutes) { set("project/autosave_minutes", minutes); }
  QString folder() const { return text("project/folder", {}); }  // last used in a file dialog
  void set_folder(const QString& folder) { set("project/folder", folder); }

  // For rooms that remember something of their own; `key` as "inspector/tab".
  QVariant value(const QString& key, const QVariant& fallback = {}) const {
    return file_.value(key, fallback);
  }
  void set_value(const QString& key, const QVariant& value) { file_.set_value(key, value); }

 private:
  QString text(const char* key, const QString& fallback) const;
  bool flag(const char* key, bool fallback) const;
  int number(const char* key, int fallback, int least, int most) const;
  template <class Value>
  void set(const char* key, const Value& value) {
    file_.set_value(QLatin1String(key), QVariant::fromValue(value));
  }

  SettingsFile file_;
};

}  // namespace equi::ui
