#pragma once

#include <QDBusVariant>
#include <QObject>

namespace equi::ui {

// Whether the desktop prefers dark windows: what the settings portal says (asked without waiting), and until
// it answers, or where there is none, whether the palette that Qt found is dark.
class SystemScheme : public QObject {
  Q_OBJECT

 public:
  SystemScheme();
  bool prefers_dark() const { return dark_; }

 Q_SIGNALS:
  void changed();

 private Q_SLOTS:
  void setting_changed(const QString& space, const QString& key, const QDBusVariant& value);

 private:
  void ask();
  void take(const QVariant& value);

  bool dark_ = false;
};

}  // namespace equi::ui
