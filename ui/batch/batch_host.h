#pragma once

#include <QImage>
#include <QObject>
#include <QTimer>
#include <memory>
#include <optional>
#include <set>

#include "core/batch/service.h"

namespace equi::ui {

class AppController;

// The batch of the application: one queue at a time, worked off on the device's worker beside the canvas.
// Lives with the controller, so that it goes on whatever windows are open. Everything that touches the
// queue's file happens on the files' worker; what is read here is a copy.
class BatchHost : public QObject {
  Q_OBJECT

 public:
  explicit BatchHost(AppController* app);
  ~BatchHost() override;

  // Opens the queue of a plan, or makes it, and starts it unless it comes back paused from a crash.
  void begin(const batch::Plan& plan);
  // Opens the queue that a folder holds, without starting it; does nothing when there is none.
  void reopen(const QString& folder);
  void pause();
  void resume();
  // Runs a change of the queue on the files' worker, then reads it again.
  void change(std::function<void(batch::Queue&)> work);
  // Lets go of the queue; it stays in its folder.
  void close();

  bool is_open() const { return service_ != nullptr; }
  bool opening() const { return opening_; }
  bool running() const { return service_ != nullptr && service_->running(); }
  bool paused() const { return paused_; }
  QString pause_reason() const { return pause_reason_; }
  const std::vector<batch::Item>& items() const { return service_->queue()->items(); }
  const batch::Plan& plan() const { return service_->queue()->plan(); }
  const std::vector<batch::ItemRow>& rows() const { return rows_; }  // by position
  const batch::QueueCounts& counts() const { return counts_; }
  const batch::RunnerProgress& progress() const { return progress_; }
  std::optional<double> seconds_left() const;

 Q_SIGNALS:
  void opened();        // another queue
  void rows_changed();  // states, order, counts, pause
  void thumbnail(qint64 item, const QImage& picture);
  void progress_changed();
  void ended(bool all_done, double seconds);
  void failed(const equi::Error& error);

 private:
  struct Opened {
    std::shared_ptr<batch::Queue> queue;
    bool start = false;
  };
  void open_with(std::function<Opened()> open);
  void take(const Opened& opened);
  void refresh();

  AppController* app_;
  std::shared_ptr<batch::BatchService> service_;
  std::vector<batch::ItemRow> rows_;
  batch::QueueCounts counts_;
  batch::RunnerProgress progress_;
  bool opening_ = false, paused_ = false, reading_ = false;
  QString pause_reason_;
  QTimer later_;
  std::set<std::int64_t> shown_;  // items whose thumbnails were sent
  double started_ = 0;
};

}  // namespace equi::ui
