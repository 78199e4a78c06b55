#include "ui/frame/notifier.h"

#include <QIcon>
#include <QTimer>
#include <QWidget>

#include "ui/app_controller.h"

namespace equi::ui {

Notifier::Notifier(AppController* app, QWidget* window) : QObject(window), app_(app), window_(window) {
  connect(&app->growth(), &Growth::finished, this, [this](qint64 made, double seconds) {
    job_ended(tr("The panorama is ready"), tr("%L1 columns were made.").arg(made), seconds);
  });
}

void Notifier::job_ended(const QString& title, const QString& text, double seconds) {
  if (seconds < kLongSeconds || !app_->settings().notifications() || window_->isActiveWindow()) return;
  Q_EMIT told(title);
  if (!QSystemTrayIcon::isSystemTrayAvailable()) return;
  if (!tray_) {
    tray_ = std::make_unique<QSystemTrayIcon>(QIcon(QStringLiteral(":/equicanvas.svg")));
    connect(tray_.get(), &QSystemTrayIcon::messageClicked, window_, [this] {
      window_->raise();
      window_->activateWindow();
      tray_->hide();
    });
  }
  tray_->show();
  tray_->showMessage(title, text, QIcon(QStringLiteral(":/equicanvas.svg")));
  QTimer::singleShot(20'000, tray_.get(), [this] { tray_->hide(); });
}

}  // namespace equi::ui
