#include "ui/batch/batch_host.h"

#include "core/batch/picture_output.h"
#include "core/jobs/progress.h"
#include "core/media/contact_sheet.h"
#include "ui/app_controller.h"
#include "ui/gui_thread.h"

namespace equi::ui {
namespace {

constexpr int kRefreshDelay = 150;  // milliseconds
constexpr std::size_t kThumbnailsAtOnce = 64;

QImage image_of(const media::Image& image) {
  const QImage view(image.pixels.data(), image.width, image.height, image.width * 3, QImage::Format_RGB888);
  return view.copy();
}

// What one look at the queue's file tells.
struct Look {
  std::vector<batch::ItemRow> rows;
  batch::QueueCounts counts;
  bool paused = false;
  QString reason;
  std::vector<std::pair<std::int64_t, QImage>> thumbnails;
};

Look look_at(batch::Queue& queue, const std::set<std::int64_t>& shown) {
  Look look{queue.rows(), queue.counts(), queue.paused(), QString::fromStdString(queue.pause_reason()), {}};
  for (const auto& row : look.rows) {
    if (row.state != batch::ItemState::done || shown.contains(row.number)) continue;
    if (look.thumbnails.size() == kThumbnailsAtOnce) break;
    try {
      look.thumbnails.emplace_back(row.number,
                                   image_of(media::decode_jpeg(queue.thumbnail(row.number), "thumbnail")));
    } catch (const Error&) {
      look.thumbnails.emplace_back(row.number, QImage());
    }
  }
  return look;
}

}  // namespace

BatchHost::BatchHost(AppController* app) : QObject(app), app_(app) {
  later_.setSingleShot(true);
  later_.setInterval(kRefreshDelay);
  connect(&later_, &QTimer::timeout, this, &BatchHost::refresh);
}

BatchHost::~BatchHost() = default;

void BatchHost::open_with(std::function<Opened()> open) {
  if (opening_) return;
  close();
  opening_ = true;
  const auto opened = std::make_shared<Opened>();
  jobs::JobSpec spec;
  spec.name = "open batch";
  spec.run = [open = std::move(open), opened](const jobs::Context&) { *opened = open(); };
  spec.on_end = [opened,
                 end = posted(app_, this, [this](const std::optional<Error>& error, const Opened& result) {
                   opening_ = false;
                   if (error) Q_EMIT failed(*error);
                   if (!error && result.queue) take(result);
                   Q_EMIT rows_changed();
                 })](const std::optional<Error>& error) { end(error, *opened); };
  app_->files()->submit(std::move(spec));
}

void BatchHost::begin(const batch::Plan& plan) {
  const auto engine = app_->engine();
  if (!engine) return;
  open_with([plan, engine]() mutable {
    const auto known = batch::Queue::find(plan.folder);
    if (plan.batch < 1) {
      const auto widest = *std::ranges::max_element(plan.widths);
      plan.batch = known ? known->batch : batch::choose_batch(*engine, widest);
    }
    std::shared_ptr<batch::Queue> queue = batch::Queue::open(plan, batch::facts_of(*engine));
    const bool start = !queue->paused();
    return Opened{std::move(queue), start};
  });
}

void BatchHost::reopen(const QString& folder) {
  const auto engine = app_->engine();
  if (!engine || folder.isEmpty()) return;
  open_with([folder = to_path(folder), engine]() -> Opened {
    auto plan = batch::Queue::find(folder);
    if (!plan) return {};
    plan->folder = folder;  // it may have been moved
    return {batch::Queue::open(*plan, batch::facts_of(*engine)), false};
  });
}

void BatchHost::take(const Opened& opened) {
  batch::BatchService::Callbacks calls;
  calls.changed = posted(app_, this, [this](std::int64_t) {
    if (!later_.isActive()) later_.start();
  });
  calls.progress = posted(app_, this, [this](const batch::RunnerProgress& progress) {
    progress_ = progress;
    Q_EMIT progress_changed();
  });
  const auto end = posted(app_, this, [this](const std::optional<Error>& error, bool all_done) {
    if (error) Q_EMIT failed(*error);
    refresh();
    Q_EMIT ended(all_done, jobs::steady_seconds() - started_);
  });
  calls.ended = [end, queue = std::weak_ptr(opened.queue)](const std::optional<Error>& error) {
    const auto open_queue = queue.lock();
    end(error, open_queue && open_queue->counts().left() == 0);
  };
  service_ = std::make_shared<batch::BatchService>(app_->device_queue(), app_->engine(), opened.queue, calls);
  app_->settings().set_value(QStringLiteral("batch/folder"), from_path(opened.queue->plan().folder));
  Q_EMIT this->opened();
  if (opened.start) resume();
  refresh();
}

void BatchHost::pause() {
  if (service_) change([](batch::Queue& queue) { queue.pause("by the user"); });
}

void BatchHost::resume() {
  if (!service_) return;
  started_ = jobs::steady_seconds();
  service_->start();
  refresh();
}

void BatchHost::change(std::function<void(batch::Queue&)> work) {
  if (!service_) return;
  jobs::JobSpec spec;
  spec.name = "change batch";
  spec.run = [queue = service_->queue(), work = std::move(work)](const jobs::Context&) { work(*queue); };
  spec.on_end = posted(app_, this, [this](const std::optional<Error>& error) {
    if (error) Q_EMIT failed(*error);
    refresh();
  });
  app_->files()->submit(std::move(spec));
}

void BatchHost::close() {
  if (!service_) return;
  // Its end waits for the column at hand, so it happens on the worker that opens queues.
  app_->files()->submit({.name = "close batch", .run = [service = service_](const jobs::Context&) {}});
  service_.reset();
  rows_.clear();
  counts_ = {};
  progress_ = {};
  shown_.clear();
  paused_ = false;
  Q_EMIT rows_changed();
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
  spec.run = [look, queue = service_->queue(), shown = shown_](const jobs::Context&) {
    *look = look_at(*queue, shown);
  };
  spec.on_end =
      posted(app_, this, [this, look, queue = service_->queue()](const std::optional<Error>& error) {
        reading_ = false;
        if (error || !service_ || service_->queue() != queue) return;
        rows_ = std::move(look->rows);
        counts_ = look->counts;
        paused_ = look->paused;
        pause_reason_ = look->reason;
        Q_EMIT rows_changed();
        for (const auto& [item, picture] : look->thumbnails) {
          shown_.insert(item);
          Q_EMIT thumbnail(item, picture);
        }
        if (look->thumbnails.size() == kThumbnailsAtOnce) later_.start();
      });
  app_->files()->submit(std::move(spec));
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

}  // namespace equi::ui
