#pragma once

#include <QMap>
#include <QObject>
#include <QString>
#include <QTimer>
#include <QVariant>
#include <memory>
#include <mutex>

#include "core/jobs/job_queue.h"

namespace equi::ui {

// The settings in memory, and the file behind them. The file is read once; what changes is written a moment
// later by a worker, several changes at once, so that the window never waits for a disk. Only what was
// changed here is written: another running program keeps its own. What cannot be written is kept and tried
// again with the next change.
class SettingsFile : public QObject {
  Q_OBJECT

 public:
  static constexpr int kPause = 500;  // ms from a change until it is written

  explicit SettingsFile(QString path);
  ~SettingsFile() override;  // writes what is left

  bool writable() const { return writable_; }  // as found at the start
  QVariant value(const QString& key, const QVariant& fallback = {}) const;
  void set_value(const QString& key, const QVariant& value);

  // The worker that writes from now on; without one everything is written at the end.
  void write_on(std::shared_ptr<jobs::JobQueue> queue) { queue_ = std::move(queue); }

 private:
  using Values = QMap<QString, QVariant>;
  struct Unsaved {
    std::mutex mutex;  // of `values`, held for a moment only: the window takes it
    Values values;
    std::mutex writing;  // one writer at a time: an older value must not come after a newer one
  };

  static void write(const QString& path, Unsaved& unsaved);
  void submit();

  QString path_;
  bool writable_ = false;
  Values values_;
  std::shared_ptr<Unsaved> unsaved_ = std::make_shared<Unsaved>();
  std::shared_ptr<jobs::JobQueue> queue_;
  QTimer pause_;
};

}  // namespace equi::ui
