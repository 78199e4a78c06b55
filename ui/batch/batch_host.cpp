#include "ui/batch/batch_host.h"

#include "core/batch/picture_output.h"
#include "core/jobs/progress.h"
#include "core/media/contact_sheet.h"
#include "ui/app_controller.h"
#include "ui/gui_thread.h"

namespace equi::ui {
namespace {

constexpr int kRefreshDelay = 150;  // milliseconds
constexpr std::size_t kThumbnailsAtOnce = 16;
constexpr std::size_t kThumbnailsWanted = 128;  // more than a screen has rows
constexpr const char* kByUser = "by the user";

// What one look at the queue's file tells.
struct Look {
  std::vector<batch::ItemRow> rows;
  batch::QueueCounts counts;
  bool paused = false;
  std::string reason;
};

QImage decode_thumbnail(const batch::Queue& queue, std::int64_t item) {
  try {
    const auto image = media::decode_jpeg(queue.thumbnail(item), "thumbnail");
    return QImage(image.pixels.data(), image.width, image.height, qsizetype{image.width} * 3,
                  QImage::Format_RGB888)
        .copy();
  } catch (const Error&) {
    return {};
  }
}

// The queue's file is in the folder of the pictures: when that is gone, this is what there is to say.
Error explained(const Error& error, const batch::Queue& queue) {
  std::error_code ignored;
  const auto& folder = queue.plan().folder;
  if (std::filesystem::is_directory(folder, ignored)) return error;
  return {ErrorKind::io, folder.string(), "is gone", "put it back, or begin a new batch"};
}

}  // namespace

BatchHost::BatchHost(AppController* app) : QObject(app), app_(app) {
  later_.setSingleShot(true);
  later_.setInterval(kRefreshDelay);
  connect(&later_, &QTimer::timeout, this, &BatchHost::refresh);
}

BatchHost::~BatchHost() = default;

void BatchHost::open_with(std::function<Opened()> open, bool quietly) {
  if (opening_) {
    if (!quietly) next_ = std::move(open);  // after the one that is being opened
    return;
  }
  close();
  opening_ = true;
  const auto opened = std::make_shared<Opened>();
  jobs::JobSpec spec;
  spec.name = "open batch";
  spec.run = [open = std::move(open), opened](const jobs::Context&) { *opened = open(); };
  spec.on_end = posted(app_, this, [this, opened, quietly](const std::optional<Error>& error) {
    opening_ = false;
    if (error && quietly) {
      app_->log().add(Log::Level::warning, describe(*error).detail);
    } else if (error) {
      Q_EMIT failed(*error);
    } else if (opened->queue) {
      take(std::exchange(*opened, {}));
      if (quietly) Q_EMIT reattached();
    }
    Q_EMIT rows_changed();
    if (next_) open_with(std::exchange(next_, {}), false);
  });
  app_->files()->submit(std::move(spec));
  Q_EMIT rows_changed();
}

void BatchHost::begin(const batch::Plan& wanted) {
  const auto engine = app_->engine();
  if (!engine) return;
  open_with(
      [plan = wanted, engine]() mutable {
        const auto known = batch::Queue::find(plan.folder);
        if (plan.batch < 1) {
          const auto widest = *std::ranges::max_element(plan.widths);
          plan.batch = known ? known->batch : batch::choose_batch(*engine, widest);
        }
        std::shared_ptr<batch::Queue> queue = batch::Queue::open(plan, batch::facts_of(*engine));
        const bool start = !queue->paused();
        return Opened{engine, std::move(queue), start};
      },
      false);
}

void BatchHost::reopen(const QString& folder) {
  const auto engine = app_->engine();
  if (!engine) return;
  open_with(
      [folder = to_path(folder), engine]() -> Opened {
        const auto plan = batch::Queue::find(folder);
        if (!plan) throw Error(ErrorKind::bad_input, folder.string(), "holds no batch", "choose its folder");
        return {engine, batch::Queue::open(*plan, batch::facts_of(*engine)), false};
      },
      false);
}

void BatchHost::reattach() {
  const auto engine = app_->engine();
  const QString folder = app_->settings().value(QStringLiteral("batch/unfinished")).toString();
  if (!engine || folder.isEmpty() || service_) return;
  const auto wanted =
      folder + QLatin1Char('\n') + QString::fromStdString(engine->manifest().generator_sha256);
  if (std::exchange(reattached_to_, wanted) == wanted) return;  // it is not this model's, or was let go
  open_with(
      [folder = to_path(folder), engine]() -> Opened {
        const auto plan = batch::Queue::find(folder);
        if (!plan) return {};
        std::shared_ptr<batch::Queue> queue = batch::Queue::open(*plan, batch::facts_of(*engine));
        if (queue->counts().left() == 0) return {};
        return {engine, std::move(queue), false};
      },
      true);
}

void BatchHost::take(const Opened& opened) {
  const auto number = ++number_;
  batch::BatchService::Callbacks calls;
  calls.changed = posted(app_, this, [this, number](std::int64_t) {
    if (number == number_ && !later_.isActive()) later_.start();
  });
  calls.progress = posted(app_, this, [this, number](const batch::RunnerProgress& progress) {
    if (number != number_) return;
    progress_ = progress;
    Q_EMIT progress_changed();
  });
  const auto end = posted(app_, this, [this, number](const std::optional<Error>& error, bool all_done) {
    if (number != number_) return;
    if (error) note(*error);
    if (progress_.columns_per_second > 0)
      app_->settings().set_value(rate_key(), progress_.columns_per_second);
    if (all_done) {
      progress_ = {};
      app_->settings().set_value(QStringLiteral("batch/unfinished"), QString());
    }
    refresh();
    Q_EMIT ended(all_done, jobs::steady_seconds() - started_);
  });
  calls.ended = [end, queue = std::weak_ptr(opened.queue)](const std::optional<Error>& error) {
    const auto still = queue.lock();
    if (!still) return;
    try {
      const bool all_done = still->counts().left() == 0;
      end(error ? std::optional(explained(*error, *still)) : std::nullopt, all_done);
    } catch (const Error& own) {  // of the queue's file
      end(explained(own, *still), false);
    }
  };
  service_ = std::make_shared<batch::BatchService>(app_->device_queue(), opened.engine, opened.queue,
                                                   std::move(calls));
  app_->settings().set_value(QStringLiteral("batch/unfinished"), from_path(opened.queue->plan().folder));
  Q_EMIT this->opened();
  if (opened.start) {
    resume();
  } else {
    refresh();
  }
}

void BatchHost::pause() {
  change("pause batch", [](batch::Queue& queue) { queue.pause(kByUser); });
}

// The start is written into the queue's file, so it happens where files are.
void BatchHost::resume() {
  if (!service_) return;
  started_ = jobs::steady_seconds();
  trouble_.reset();
  change("resume batch", [service = std::weak_ptr(service_)](batch::Queue&) {
    if (const auto still = service.lock()) still->start();
  });
}

void BatchHost::cancel(const std::vector<std::int64_t>& items) {
  change("cancel items", [items](batch::Queue& queue) {
    for (const auto item : items) queue.cancel(item);
  });
}

void BatchHost::retry(const std::vector<std::int64_t>& items) {
  const bool go_on = service_ && !running() && !paused_;
  change("retry items", [items](batch::Queue& queue) {
    if (items.empty()) queue.retry_failed();
    for (const auto item : items) queue.retry(item);
  });
  if (go_on) resume();
}

void BatchHost::move(std::int64_t item, std::int64_t place) {
  change("move item", [item, place](batch::Queue& queue) {
    const auto rows = queue.rows();
    const auto from = std::ranges::find(rows, item, &batch::ItemRow::number) - rows.begin();
    queue.move(item, place > from ? place + 1 : place);
  });
}

// Runs a change of the queue on the files' worker, then reads it again.
void BatchHost::change(const std::string& name, std::function<void(batch::Queue&)> work) {
  if (!service_) return;
  jobs::JobSpec spec;
  spec.name = name;
  spec.run = [queue = service_->queue(), work = std::move(work)](const jobs::Context&) {
    try {
      work(*queue);
    } catch (const Error& error) {
      throw explained(error, *queue);
    }
  };
  spec.on_end = posted(app_, this, [this, number = number_](const std::optional<Error>& error) {
    if (number != number_) return;
    if (error) note(*error);
    refresh();
  });
  app_->files()->submit(std::move(spec));
}

void BatchHost::close() {
  if (!service_) return;
  ++number_;
  app_->settings().set_value(QStringLiteral("batch/unfinished"), QString());
  // Its end waits for the column or the block of pixels at hand, so it happens where queues are opened, and
  // before the next one is.
  app_->files()->submit({.name = "close batch",
                         .run = [service = std::exchange(service_, nullptr)](const jobs::Context&) mutable {
                           service.reset();
                         }});
  rows_.clear();
  counts_ = {};
  progress_ = {};
  wanted_.clear();
  paused_ = reading_ = reading_thumbnails_ = false;
  trouble_.reset();
  later_.stop();
  Q_EMIT rows_changed();
}

void BatchHost::shut_down() {
  ++number_;
  service_.reset();
}

// One look at a time; what changes meanwhile is looked at once more.
void BatchHost::refresh() {
  if (!service_) return;
  if (reading_) {
    later_.start();
    return;
  }
  reading_ = true;
  const auto look = std::make_shared<Look>();
  jobs::JobSpec spec;
  spec.name = "read batch";
  spec.run = [look, queue = service_->queue()](const jobs::Context&) {
    *look = {queue->rows(), queue->counts(), queue->paused(), queue->pause_reason()};
  };
  spec.on_end = posted(app_, this, [this, look, number = number_](const std::optional<Error>& error) {
    if (number != number_) return;
    reading_ = false;
    if (error) return note(*error);
    rows_ = std::move(look->rows);
    counts_ = look->counts;
    paused_ = look->paused;
    pause_reason_ = look->reason;
    Q_EMIT rows_changed();
  });
  app_->files()->submit(std::move(spec));
}

void BatchHost::want_thumbnail(std::int64_t item) {
  if (!service_) return;
  std::erase(wanted_, item);
  wanted_.push_back(item);
  if (wanted_.size() > kThumbnailsWanted) wanted_.erase(wanted_.begin());
  if (!reading_thumbnails_) read_thumbnails();
}

void BatchHost::read_thumbnails() {
  struct Read {
    std::vector<std::int64_t> items;
    std::vector<QImage> pictures;
  };
  const auto read = std::make_shared<Read>();
  const auto first = wanted_.end() - static_cast<std::ptrdiff_t>(std::min(wanted_.size(), kThumbnailsAtOnce));
  read->items.assign(first, wanted_.end());
  reading_thumbnails_ = true;
  jobs::JobSpec spec;
  spec.name = "read thumbnails";
  spec.run = [read, queue = service_->queue()](const jobs::Context&) {
    for (const auto item : read->items) read->pictures.push_back(decode_thumbnail(*queue, item));
  };
  spec.on_end = posted(app_, this, [this, read, number = number_](const std::optional<Error>&) {
    if (number != number_) return;
    reading_thumbnails_ = false;
    for (std::size_t i = 0; i < read->pictures.size(); ++i) {
      std::erase(wanted_, read->items[i]);
      Q_EMIT thumbnail(read->items[i], read->pictures[i]);
    }
    if (!wanted_.empty() && !read->pictures.empty()) read_thumbnails();
  });
  app_->files()->submit(std::move(spec));
}

void BatchHost::note(const Error& error) {
  trouble_ = error;
  Q_EMIT failed(error);
  Q_EMIT rows_changed();
}

QString BatchHost::pause_reason() const {
  if (!paused_) return {};
  if (pause_reason_ == kByUser) return tr("Paused. What is half made goes on when you resume.");
  if (pause_reason_ == batch::Queue::kCrashReason)
    return tr("The program ended while pictures were being made. Resume when you are ready.");
  return tr("Paused: %1").arg(QString::fromStdString(pause_reason_));
}

std::optional<double> BatchHost::seconds_left() const {
  if (!service_ || progress_.columns_per_second <= 0) return std::nullopt;
  double columns = 0;
  for (const auto& row : rows_) {
    const bool left = row.state == batch::ItemState::waiting || row.state == batch::ItemState::running;
    if (left) columns += static_cast<double>(items()[static_cast<std::size_t>(row.number)].width);
  }
  return std::max(0.0, columns - static_cast<double>(progress_.done)) / progress_.columns_per_second;
}

QString BatchHost::rate_key() const {
  const auto engine = app_->engine();
  if (!engine) return QStringLiteral("batch/rate/none");
  QString name = QString::fromStdString(engine->manifest().name + "-" + engine->device().name());
  name.replace(QLatin1Char('/'), QLatin1Char('_'));
  return QStringLiteral("batch/rate/") + name;
}

double BatchHost::columns_per_second() const {
  const double known = app_->settings().value(rate_key(), 0.0).toDouble();
  return known > 0 ? known : app_->growth().progress().rate;
}

}  // namespace equi::ui
