#include "ui/theme/system_scheme.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QGuiApplication>
#include <QPalette>

namespace equi::ui {
namespace {

const auto kService = QStringLiteral("org.freedesktop.portal.Desktop");
const auto kPath = QStringLiteral("/org/freedesktop/portal/desktop");
const auto kInterface = QStringLiteral("org.freedesktop.portal.Settings");
const auto kSpace = QStringLiteral("org.freedesktop.appearance");
const auto kKey = QStringLiteral("color-scheme");

}  // namespace

SystemScheme::SystemScheme() {
  dark_ = QGuiApplication::palette().color(QPalette::Window).lightness() < 128;
  auto bus = QDBusConnection::sessionBus();
  if (!bus.isConnected()) return;
  bus.connect(kService, kPath, kInterface, QStringLiteral("SettingChanged"), this,
              SLOT(setting_changed(QString, QString, QDBusVariant)));
  ask();
}

void SystemScheme::ask() {
  auto call = QDBusMessage::createMethodCall(kService, kPath, kInterface, QStringLiteral("Read"));
  call << kSpace << kKey;
  auto* watcher = new QDBusPendingCallWatcher(QDBusConnection::sessionBus().asyncCall(call, 2000), this);
  connect(watcher, &QDBusPendingCallWatcher::finished, this, [this, watcher] {
    watcher->deleteLater();
    const QDBusPendingReply<QDBusVariant> reply = *watcher;
    if (reply.isValid()) take(reply.value().variant());
  });
}

void SystemScheme::setting_changed(const QString& space, const QString& key, const QDBusVariant& value) {
  if (space == kSpace && key == kKey) take(value.variant());
}

void SystemScheme::take(const QVariant& value) {
  // The portal wraps the answer of Read once more. 0: no preference, 1: dark, 2: light.
  const QVariant inner =
      value.canConvert<QDBusVariant>() ? qvariant_cast<QDBusVariant>(value).variant() : value;
  const uint scheme = inner.toUInt();
  if (scheme == 0) return;
  const bool dark = scheme == 1;
  if (dark == dark_) return;
  dark_ = dark;
  Q_EMIT changed();
}

}  // namespace equi::ui
