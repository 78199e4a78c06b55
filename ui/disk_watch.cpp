#include "ui/disk_watch.h"

#include <QLocale>
#include <memory>

#include "ui/app_controller.h"
#include "ui/gui_thread.h"

namespace equi::ui {

DiskWatch::DiskWatch(AppController* app, QObject* parent) : QObject(parent), app_(app) {}

void DiskWatch::look_at(const QString& path) {
  const auto found = std::make_shared<std::optional<std::uint64_t>>();
  jobs::JobSpec spec;
  spec.name = "disk space";
  spec.replaces = "disk space " + std::to_string(reinterpret_cast<std::uintptr_t>(this));
  spec.run = [found, file = to_path(path), look = app_->free_space()](const jobs::Context&) {
    if (!file.empty()) *found = look(file);
  };
  spec.on_end = posted(app_, this, [this, found](const std::optional<Error>& error) {
    if (error || *found == free_) return;
    free_ = *found;
    Q_EMIT changed();
  });
  app_->files()->submit(std::move(spec));
}

QString DiskWatch::warning(std::uint64_t needed) const {
  if (!free_ || needed <= *free_) return {};
  const auto text = [](std::uint64_t bytes) {
    return QLocale().formattedDataSize(static_cast<qint64>(bytes), bytes < (1U << 20) ? 0 : 1);
  };
  return tr("About %1 are needed, but the disk has only %2 left.").arg(text(needed), text(*free_));
}

}  // namespace equi::ui
