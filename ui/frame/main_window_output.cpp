// The window and what leaves it: exports and batches.
#include <QDir>
#include <QFileInfo>
#include <QLocale>

#include "ui/batch/batch_dialog.h"
#include "ui/export/export_dialog.h"
#include "ui/frame/main_window.h"

namespace equi::ui {
namespace {

template <class Dialog, class Make>
Dialog* bring_up(QPointer<Dialog>& dialog, Make make) {
  if (!dialog) {
    dialog = make();
    dialog->setAttribute(Qt::WA_DeleteOnClose);
  }
  dialog->show();
  dialog->raise();
  dialog->activateWindow();
  return dialog;
}

}  // namespace

ExportDialog* MainWindow::show_export() {
  return bring_up(export_, [this] { return new ExportDialog(app_, &app_->exporter(), this); });
}

BatchDialog* MainWindow::show_batch() {
  for (const QString& said :
       {tr("The batch is done"), tr("The batch is paused"), tr("A batch is not finished")})
    messages_->withdraw(said);
  return bring_up(batch_, [this] { return new BatchDialog(app_, &app_->batch(), this); });
}

void MainWindow::connect_export() {
  actions_->on("file.export", this, [this] { show_export(); });
  connect(&app_->exporter(), &CanvasExport::finished, this,
          [this](const QStringList& files, qint64 bytes, double seconds) {
            const QString folder = QFileInfo(files.first()).absolutePath();
            const QString what =
                files.size() == 1 ? QFileInfo(files.first()).fileName() : tr("%L1 files").arg(files.size());
            const QString detail =
                tr("%1 in %2, %3")
                    .arg(what, QDir::toNativeSeparators(folder), QLocale().formattedDataSize(bytes));
            messages_->show_message(MessageBar::Kind::note, tr("Exported"), detail,
                                    {{tr("Open folder"), [folder] { open_folder(folder); }}});
            notifier_->job_ended(tr("The export is ready"), detail, seconds, folder);
          });
  // While the dialog is open it says so itself.
  connect(&app_->exporter(), &CanvasExport::failed, this, [this](const Error& error) {
    if (!export_ || !export_->isVisible()) app_->report(error);
  });
}

// An export cannot be gone on with later, as a batch can.
void MainWindow::stop_export_and_close() {
  CanvasExport& work = app_->exporter();
  const int answer =
      ask(this, tr("An export is not finished"),
          tr("Closing stops it, and %1 is not written.").arg(QFileInfo(work.request().target).fileName()),
          {tr("Keep exporting"), tr("Stop and close")}, 1);
  if (answer != 1) return;
  if (!work.running()) {
    close();
    return;
  }
  connect(&work, &CanvasExport::running_changed, this, &MainWindow::close, Qt::SingleShotConnection);
  work.cancel();
}

// What is half made then goes on when the program is started again.
void MainWindow::pause_batch_and_close() {
  const BatchHost& batch = app_->batch();
  const int answer = ask(this, tr("A batch is not finished"),
                         tr("%L1 of %L2 pictures are done. Closing pauses it; it is offered again when the "
                            "program starts.")
                             .arg(batch.counts().done)
                             .arg(batch.counts().all()),
                         {tr("Keep it running"), tr("Pause and close")});
  if (answer != 1) return;
  batch_may_pause_ = true;
  close();
}

void MainWindow::connect_batch() {
  BatchHost& batch = app_->batch();
  actions_->on("file.batch", this, [this] { show_batch(); });
  connect(status_, &StatusLine::batch_wanted, this, &MainWindow::show_batch);
  connect(&batch, &BatchHost::ended, this, [this](bool all_done, double seconds) {
    const BatchHost& host = app_->batch();
    if (!host.is_open()) return;  // let go of meanwhile
    const QString folder = from_path(host.plan().folder);
    const QString title = all_done ? tr("The batch is done") : tr("The batch is paused");
    const QString detail = all_done ? tr("%L1 of %L2 pictures are in %3")
                                          .arg(host.counts().done)
                                          .arg(host.counts().all())
                                          .arg(QDir::toNativeSeparators(folder))
                                    : host.pause_reason();
    if (!batch_ || !batch_->isVisible()) {
      messages_->show_message(
          all_done ? MessageBar::Kind::note : MessageBar::Kind::warning, title, detail,
          {{tr("Open folder"), [folder] { open_folder(folder); }}, {tr("Show"), [this] { show_batch(); }}});
    }
    notifier_->job_ended(title, detail, seconds, folder);
  });
  connect(&batch, &BatchHost::reattached, this, [this] {
    const BatchHost& host = app_->batch();
    messages_->show_message(MessageBar::Kind::note, tr("A batch is not finished"),
                            QDir::toNativeSeparators(from_path(host.plan().folder)),
                            {{tr("Show"), [this] { show_batch(); }}});
  });
  connect(&batch, &BatchHost::failed, this, [this](const Error& error) {
    if (!batch_ || !batch_->isVisible()) app_->report(error);
  });
}

}  // namespace equi::ui
