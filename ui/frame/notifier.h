#pragma once

#include <QObject>
#include <QSystemTrayIcon>
#include <memory>

namespace equi::ui {

class AppController;

// Tells the desktop when something that took long has ended while the user was looking elsewhere: through the
// desktop's notification service, with a button that opens the folder, otherwise through the system tray.
// Shows nothing where the desktop has no place for it.
class Notifier : public QObject {
  Q_OBJECT

 public:
  static constexpr double kLongSeconds = 15;

  Notifier(AppController* app, QWidget* window);

  // For every long job: an extension, an import, an export, a batch. `folder`: where its files are, or empty.
  void job_ended(const QString& title, const QString& text, double seconds, const QString& folder = {});

 Q_SIGNALS:
  void told(const QString& title);  // for tests: what would have been shown

 private Q_SLOTS:
  void action_invoked(uint number, const QString& action);

 private:
  void ask_service(const QString& title, const QString& text);
  void show_in_tray(const QString& title, const QString& text);
  void show_window();

  AppController* app_;
  QWidget* window_;
  std::unique_ptr<QSystemTrayIcon> tray_;
  QString folder_;    // of the newest notification
  uint number_ = 0;   // the service's, of the newest notification
  bool bus_ = false;  // connected to the service's signal
};

// Shows a folder in the desktop's file manager.
void open_folder(const QString& folder);

}  // namespace equi::ui
