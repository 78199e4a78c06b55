#include "ui/scenes/thumbnail_maker.h"

#include <QDir>
#include <QSaveFile>
#include <QTemporaryDir>
#include <algorithm>

#include "core/engine/session.h"
#include "ui/gui_thread.h"
#include "ui/paths.h"
#include "ui/theme/tokens.h"

namespace equi::ui {
namespace {

constexpr std::uint64_t kSeed = 7;
constexpr double kAspect = static_cast<double>(Size::thumbnail_width) / Size::thumbnail_height;

// A small panorama of the scene, cut to the thumbnail's shape at twice its size.
QImage make(const std::shared_ptr<const engine::Engine>& engine, std::int64_t scene,
            const std::stop_token& stop) {
  const QTemporaryDir folder;
  if (!folder.isValid()) return {};
  const auto session =
      engine::Session::create(engine, to_path(folder.filePath(QStringLiteral("thumbnail.equi"))),
                              {kSeed, scene, engine->default_settings()});
  const int pixels = engine->column_pixels();
  const auto columns =
      std::max<std::int64_t>(engine->manifest().window_columns,
                             static_cast<std::int64_t>(kAspect * engine->picture_height() / pixels) + 1);
  session->extend(engine::FrameId::forward, columns, {}, stop);
  if (stop.stop_requested()) return {};
  const engine::Strip strip = session->pixels(session->extent(), stop);
  const QImage whole(strip.pixels.data(), strip.width, strip.height, qsizetype{3} * strip.width,
                     QImage::Format_RGB888);
  const int wide = std::min(strip.width, static_cast<int>(kAspect * strip.height));
  return whole.copy((strip.width - wide) / 2, 0, wide, strip.height)
      .scaled(2 * Size::thumbnail_width, 2 * Size::thumbnail_height, Qt::IgnoreAspectRatio,
              Qt::SmoothTransformation);
}

void write(const QString& path, const QImage& image) {
  QDir().mkpath(QFileInfo(path).path());
  QSaveFile file(path);
  if (file.open(QIODevice::WriteOnly) && image.save(&file, "PNG")) file.commit();
}

}  // namespace

ThumbnailMaker::ThumbnailMaker(std::shared_ptr<jobs::JobQueue> device, std::shared_ptr<jobs::JobQueue> files,
                               QString cache, QObject* parent)
    : QObject(parent), device_(std::move(device)), files_(std::move(files)), cache_(std::move(cache)) {}

void ThumbnailMaker::set_engine(std::shared_ptr<const engine::Engine> engine) {
  ++generation_;
  if (job_) job_->cancel();
  job_.reset();
  images_.clear();
  looked_.clear();
  wishes_.clear();
  engine_ = std::move(engine);
}

void ThumbnailMaker::set_paused(bool paused) {
  if (paused == paused_) return;
  paused_ = paused;
  if (paused && job_) job_->cancel();
  work();
}

QString ThumbnailMaker::file_of(std::int64_t scene) const {
  const auto& manifest = engine_->manifest();
  const QString key = QString::fromStdString(manifest.generator_sha256.substr(0, 16) + "-" +
                                             manifest.tokenizer_sha256.substr(0, 16));
  return QStringLiteral("%1/thumbnails/%2/%3.png").arg(cache_, key).arg(scene);
}

QImage ThumbnailMaker::thumbnail(std::int64_t scene) {
  if (!engine_) return {};
  const auto known = images_.constFind(scene);
  if (known != images_.constEnd()) return *known;
  if (looked_.insert(scene).second) look_on_disk(scene);
  return {};
}

void ThumbnailMaker::forget_wishes() {
  for (const std::int64_t scene : wishes_) looked_.erase(scene);
  wishes_.clear();
}

void ThumbnailMaker::look_on_disk(std::int64_t scene) {
  const QString path = file_of(scene);
  files_->submit({.name = "thumbnail from disk",
                  .priority = jobs::Priority::visible,
                  .run = [this, path, scene, generation = generation_](const jobs::Context&) {
                    const QImage image(path);
                    post(this, [this, image, scene, generation] {
                      if (generation != generation_) return;
                      if (!image.isNull()) return take(scene, image);
                      wishes_.push_back(scene);
                      work();
                    });
                  }});
}

void ThumbnailMaker::take(std::int64_t scene, const QImage& image) {
  images_.insert(scene, image);
  Q_EMIT ready(scene);
}

void ThumbnailMaker::work() {
  if (paused_ || !engine_ || wishes_.empty()) return;
  if (job_ && job_->state() != jobs::State::finished) return;
  const std::int64_t scene = wishes_.front();
  wishes_.pop_front();
  auto image = std::make_shared<QImage>();
  job_ = device_->submit(
      {.name = "thumbnail",
       .priority = jobs::Priority::background,
       .run =
           [engine = engine_, scene, image, path = file_of(scene)](const jobs::Context& context) {
             *image = make(engine, scene, context.stop());
             if (!image->isNull()) write(path, *image);
           },
       .on_end =
           [this, scene, image, generation = generation_](const std::optional<Error>& error) {
             post(this, [this, scene, image, generation, failed = error.has_value()] {
               if (generation != generation_) return;
               job_.reset();
               if (!image->isNull()) {
                 take(scene, *image);
               } else if (!failed || paused_) {
                 wishes_.push_front(scene);  // it was interrupted: again later
               }
               work();
             });
           }});
}

}  // namespace equi::ui
