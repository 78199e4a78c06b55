#include "ui/frame/status_line.h"

#include <QFile>
#include <QLocale>
#include <QPixmap>

#include <unistd.h>

#include "ui/app_controller.h"
#include "ui/batch/batch_host.h"
#include "ui/canvas/viewport.h"
#include "ui/theme/tokens.h"

namespace equi::ui {

qint64 resident_bytes() {
  QFile file(QStringLiteral("/proc/self/statm"));
  if (!file.open(QIODevice::ReadOnly)) return 0;
  const QList<QByteArray> fields = file.readAll().split(' ');
  return fields.size() > 1 ? fields[1].toLongLong() * sysconf(_SC_PAGESIZE) : 0;
}

StatusLine::StatusLine(AppController* app, QWidget* parent)
    : QStatusBar(parent),
      app_(app),
      position_(new QLabel),
      swatch_(new QLabel),
      zoom_(new QLabel),
      batch_(new QToolButton),
      rate_(new QLabel),
      device_(new QLabel),
      memory_(new QLabel) {
  setSizeGripEnabled(false);
  position_->setAccessibleName(tr("Position under the cursor"));
  zoom_->setAccessibleName(tr("Zoom"));
  device_->setAccessibleName(tr("Device"));
  memory_->setAccessibleName(tr("Memory"));
  addWidget(swatch_);
  addWidget(position_, 1);
  batch_->setToolTip(tr("Show the batch"));
  addPermanentWidget(batch_);
  for (QLabel* label : {rate_, zoom_, device_, memory_}) addPermanentWidget(label);
  connect(app, &AppController::engine_changed, this, &StatusLine::show_device);
  connect(&app->host(), &ModelHost::loading_changed, this, &StatusLine::show_device);
  connect(&app->growth(), &Growth::progress_changed, this, &StatusLine::show_rate);
  connect(&app->growth(), &Growth::running_changed, this, &StatusLine::show_rate);
  connect(batch_, &QToolButton::clicked, this, &StatusLine::batch_wanted);
  connect(&app->batch(), &BatchHost::rows_changed, this, &StatusLine::show_batch);
  connect(&app->batch(), &BatchHost::ended, this, &StatusLine::show_batch);
  connect(&timer_, &QTimer::timeout, this, &StatusLine::show_memory);
  timer_.start(2000);
  show_device();
  show_batch();
  show_memory();
  clear_position();
}

void StatusLine::show_position(qint64 column, qint64 x, int y, const QColor& color) {
  QString text = tr("Column %L1  ·  pixel %L2, %L3").arg(column).arg(x).arg(y);
  if (color.isValid()) {
    text += tr("  ·  RGB %1 %2 %3").arg(color.red()).arg(color.green()).arg(color.blue());
    QPixmap square(QSize(12, 12) * devicePixelRatioF());
    square.setDevicePixelRatio(devicePixelRatioF());
    square.fill(color);
    swatch_->setPixmap(square);
  } else {
    swatch_->setPixmap({});
  }
  swatch_->setVisible(color.isValid());
  position_->setText(text);
}

void StatusLine::clear_position() {
  swatch_->hide();
  position_->clear();
}

void StatusLine::show_zoom(const Viewport& view) {
  const double percent = view.zoom() * 100;
  zoom_->setText(tr("%1 %").arg(QLocale().toString(percent, 'f', percent < 10 ? 1 : 0)));
}

void StatusLine::show_device() {
  if (app_->host().loading()) return device_->setText(tr("loading the model…"));
  const auto engine = app_->engine();
  if (!engine) return device_->setText(tr("no model"));
  device_->setText(tr("%1 on %2")
                       .arg(QString::fromStdString(engine->manifest().name),
                            QString::fromStdString(engine->device().name()).toUpper()));
}

void StatusLine::show_memory() {
  memory_->setText(tr("Memory %1").arg(QLocale().formattedDataSize(resident_bytes(), 0)));
}

void StatusLine::show_rate() {
  const auto& growth = app_->growth();
  rate_->setVisible(growth.running() && growth.progress().rate > 0);
  rate_->setText(tr("%L1 columns/s").arg(growth.progress().rate, 0, 'f', 1));
}

void StatusLine::show_batch() {
  const BatchHost& host = app_->batch();
  const auto& counts = host.counts();
  batch_->setVisible(host.is_open() && (host.running() || counts.left() > 0));
  batch_->setText((host.running() ? tr("Batch %L1/%L2") : tr("Batch %L1/%L2, paused"))
                      .arg(counts.done)
                      .arg(counts.all()));
}

}  // namespace equi::ui
