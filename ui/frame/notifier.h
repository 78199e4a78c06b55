#pragma once

#include <QObject>
#include <QSystemTrayIcon>
#include <memory>

namespace equi::ui {

class AppController;

// Tells the desktop when something that took long has ended while the user was looking elsewhere. Shows
// nothing where the desktop has no place for it.
class Notifier : public QObject {
  Q_OBJECT

 public:
  static constexpr double kLongSeconds = 15;

  Notifier(AppController* app, QWidget* window);

  // For every long job: an extension, an import, an export, a batch.
  void job_ended(const QString& title, const QString& text, double seconds);

 Q_SIGNALS:
  void told(const QString& title);  // for tests: what would have been shown

 private:
  AppController* app_;
  QWidget* window_;
  std::unique_ptr<QSystemTrayIcon> tray_;
};

}  // namespace equi::ui
