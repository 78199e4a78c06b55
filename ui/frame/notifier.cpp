#include "ui/frame/notifier.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QDesktopServices>
#include <QIcon>
#include <QTimer>
#include <QUrl>
#include <QVariantMap>
#include <QWidget>

#include "ui/app_controller.h"

namespace equi::ui {
namespace {

constexpr const char* kService = "org.freedesktop.Notifications";
constexpr const char* kPath = "/org/freedesktop/Notifications";
constexpr int kTrayMilliseconds = 20'000;

}  // namespace

Notifier::Notifier(AppController* app, QWidget* window) : QObject(window), app_(app), window_(window) {
  connect(&app->growth(), &Growth::finished, this, [this](qint64 made, double seconds) {
    job_ended(tr("The panorama is ready"), tr("%L1 columns were made.").arg(made), seconds);
  });
}

void Notifier::job_ended(const QString& title, const QString& text, double seconds, const QString& folder) {
  if (seconds < kLongSeconds || !app_->settings().notifications() || window_->isActiveWindow()) return;
  folder_ = folder;
  Q_EMIT told(title);
  ask_service(title, text);
}

// Asked without waiting; what has no such service gets the tray.
void Notifier::ask_service(const QString& title, const QString& text) {
  auto bus = QDBusConnection::sessionBus();
  if (!bus.isConnected()) return show_in_tray(title, text);
  if (!bus_) {
    bus_ = bus.connect(QLatin1String(kService), QLatin1String(kPath), QLatin1String(kService),
                       QStringLiteral("ActionInvoked"), this, SLOT(action_invoked(uint, QString)));
  }
  QStringList actions = {QStringLiteral("default"), tr("Show EquiCanvas")};
  if (!folder_.isEmpty()) actions << QStringLiteral("folder") << tr("Open folder");
  auto call = QDBusMessage::createMethodCall(QLatin1String(kService), QLatin1String(kPath),
                                             QLatin1String(kService), QStringLiteral("Notify"));
  call.setArguments({QStringLiteral("EquiCanvas"), uint{0}, QStringLiteral("equicanvas"), title,
                     text.toHtmlEscaped(), actions, QVariantMap(), -1});
  auto* answer = new QDBusPendingCallWatcher(bus.asyncCall(call), this);
  connect(answer, &QDBusPendingCallWatcher::finished, this, [this, title, text, answer] {
    const QDBusPendingReply<uint> reply = *answer;
    answer->deleteLater();
    if (reply.isError()) return show_in_tray(title, text);
    number_ = reply.value();
  });
}

void Notifier::action_invoked(uint number, const QString& action) {
  if (number != number_) return;
  if (action == QLatin1String("folder")) {
    open_folder(folder_);
  } else {
    show_window();
  }
}

void Notifier::show_in_tray(const QString& title, const QString& text) {
  if (!QSystemTrayIcon::isSystemTrayAvailable()) return;
  if (!tray_) {
    tray_ = std::make_unique<QSystemTrayIcon>(QIcon(QStringLiteral(":/equicanvas.svg")));
    connect(tray_.get(), &QSystemTrayIcon::messageClicked, window_, [this] {
      if (folder_.isEmpty()) {
        show_window();
      } else {
        open_folder(folder_);
      }
      tray_->hide();
    });
  }
  tray_->show();
  tray_->showMessage(title, text, QIcon(QStringLiteral(":/equicanvas.svg")));
  QTimer::singleShot(kTrayMilliseconds, tray_.get(), [this] { tray_->hide(); });
}

void Notifier::show_window() {
  window_->raise();
  window_->activateWindow();
}

void open_folder(const QString& folder) {
  QDesktopServices::openUrl(QUrl::fromLocalFile(folder));
}

}  // namespace equi::ui
