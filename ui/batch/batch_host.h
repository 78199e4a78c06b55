#pragma once

#include <QImage>
#include <QObject>
#include <QTimer>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/batch/service.h"

namespace equi::ui {

class AppController;

// The batch of the application: one queue at a time, worked off beside the canvas (batch::BatchService):
// columns and pixels on the device's worker, files on a thread of its own. Lives with the controller, so that
// it goes on whatever windows are open. What is done to the queue's file from here happens on the files'
// worker; what is read here is a copy.
class BatchHost : public QObject {
  Q_OBJECT

 public:
  explicit BatchHost(AppController* app);
  ~BatchHost() override;

  // Opens the queue of a plan, or makes it, and starts it unless it comes back paused from a crash.
  void begin(const batch::Plan& plan);
  // Opens the queue that a folder holds, without starting it; fails when there is none.
  void reopen(const QString& folder);
  // The queue that was open when the program ended, if it is not done and of the present model. Says nothing
  // when it cannot be opened.
  void reattach();
  void pause();
  void resume();
  void cancel(const std::vector<std::int64_t>& items);
  // These wait again, or, without any, all that failed; a queue that had come to its end goes on.
  void retry(const std::vector<std::int64_t>& items);
  // Puts an item at a place of rows().
  void move(std::int64_t item, std::int64_t place);
  // Lets go of the queue; it stays in its folder.
  void close();
  // The end of the program: waits for the column or the block of pixels at hand; the queue is found again by
  // reattach().
  void shut_down();

  bool is_open() const { return service_ != nullptr; }
  bool opening() const { return opening_; }
  bool running() const { return service_ != nullptr && service_->running(); }
  bool paused() const { return paused_; }
  // Why, in the user's words; empty when it is not paused.
  QString pause_reason() const;
  // Has the thumbnail of a picture that is done read; it comes as thumbnail(). Those asked for last come
  // first, and what has been asked for and not read for long is forgotten.
  void want_thumbnail(std::int64_t item);
  // What went wrong with the queue itself since it was opened or last resumed.
  const std::optional<Error>& trouble() const { return trouble_; }
  const std::vector<batch::Item>& items() const { return service_->queue()->items(); }
  const batch::Plan& plan() const { return service_->queue()->plan(); }
  const std::vector<batch::ItemRow>& rows() const { return rows_; }  // by position
  const batch::QueueCounts& counts() const { return counts_; }
  const batch::RunnerProgress& progress() const { return progress_; }
  std::optional<double> seconds_left() const;
  // What is known of the present model's speed: of its last batch, or of the canvas. 0: nothing.
  double columns_per_second() const;

 Q_SIGNALS:
  void opened();        // another queue
  void reattached();    // one that the last run of the program left
  void rows_changed();  // states, order, counts, pause; also that there is no queue any more
  void thumbnail(qint64 item, const QImage& picture);  // null: it has none
  void progress_changed();
  void ended(bool all_done, double seconds);
  void failed(const equi::Error& error);

 private:
  struct Opened {
    std::shared_ptr<const engine::Engine> engine;
    std::shared_ptr<batch::Queue> queue;
    bool start = false;
  };
  void open_with(std::function<Opened()> open, bool quietly);
  void take(const Opened& opened);
  void change(const std::string& name, std::function<void(batch::Queue&)> work);
  void refresh();
  void read_thumbnails();
  void note(const Error& error);
  QString rate_key() const;

  AppController* app_;
  std::shared_ptr<batch::BatchService> service_;
  std::uint64_t number_ = 0;  // of the queue that is open; what belongs to another one comes too late
  std::vector<batch::ItemRow> rows_;
  batch::QueueCounts counts_;
  batch::RunnerProgress progress_;
  bool opening_ = false, paused_ = false, reading_ = false;
  std::function<Opened()> next_;  // asked for while another one was being opened
  QString reattached_to_;         // the folder and the model that it was tried with last
  std::string pause_reason_;
  std::optional<Error> trouble_;
  QTimer later_;
  std::vector<std::int64_t> wanted_;  // items whose thumbnails are to be read
  bool reading_thumbnails_ = false;
  double started_ = 0;
};

}  // namespace equi::ui
