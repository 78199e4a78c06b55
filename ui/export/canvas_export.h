#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QStringList>
#include <optional>

#include "core/base/error.h"
#include "core/jobs/job_queue.h"
#include "core/media/export_format.h"
#include "core/media/strip_source.h"
#include "core/stream/window_plan.h"

namespace equi::ui {

class AppController;

// What is to be exported, where and how.
struct ExportRequest {
  stream::ColumnRange columns;
  QString target;
  media::ExportOptions options;
  bool seamless = false;
  std::int64_t bridge_columns = 16;
};

// The export of the canvas that is under way, one at a time. Files are written on a worker of their own;
// pixels are asked from the device's worker block by block, so that the canvas stays alive beside it. Goes on
// when the dialog is closed.
class CanvasExport : public QObject {
  Q_OBJECT

 public:
  explicit CanvasExport(AppController* app);
  ~CanvasExport() override;

  void start(const ExportRequest& request);
  void cancel();
  bool running() const { return job_.has_value(); }
  // Of the running one, or the last.
  const ExportRequest& request() const { return request_; }
  double share() const { return share_; }  // done of it, 0..1

  // Pixels of the canvas for another worker than the device's. Throws Error(bad_input) when the canvas has
  // been changed since `revision`, Error(cancelled).
  static media::StripSource source(AppController* app, stream::ColumnRange columns, std::uint64_t revision,
                                   const std::stop_token& stop);

 Q_SIGNALS:
  void running_changed();
  void progress(double share);
  void finished(const QStringList& files, qint64 bytes, double seconds);
  void failed(const equi::Error& error);  // cancelled ones too: Error(cancelled)

 private:
  void ended(const std::optional<Error>& error, const QStringList& files, qint64 bytes);

  AppController* app_;
  std::optional<jobs::Job> job_;
  ExportRequest request_;
  double share_ = 0;
  QElapsedTimer clock_;
};

}  // namespace equi::ui
