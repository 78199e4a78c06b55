#include "ui/app_controller.h"

#include <QDir>
#include <QFileInfo>
#include <algorithm>
#include <utility>

#include "core/media/cut_short.h"
#include "ui/batch/batch_host.h"
#include "ui/export/canvas_export.h"
#include "ui/gui_thread.h"
#include "ui/scenes/scene_model.h"

namespace equi::ui {

AppController::AppController(Paths paths, QObject* parent)
    : QObject(parent),
      paths_(std::move(paths)),
      settings_(paths_),
      device_queue_(std::make_shared<jobs::JobQueue>("equi-device")),
      files_(std::make_shared<jobs::JobQueue>("equi-files")),
      long_files_(std::make_shared<jobs::JobQueue>("equi-long")),
      tiles_(std::make_shared<engine::TileCache>(static_cast<std::size_t>(settings_.cache_mib()) << 20)),
      log_(new Log(this)),
      library_(new ModelLibrary(files_, paths_, this)),
      host_(new ModelHost(device_queue_, this)),
      growth_(new Growth(this)),
      project_(new ProjectKeeper(this)),
      thumbnails_(new ThumbnailMaker(device_queue_, files_, paths_.cache, this)),
      exporter_(new CanvasExport(this)),
      batch_(new BatchHost(this)),
      studio_(std::make_unique<engine::Studio>(device_queue_, tiles_, callbacks())) {
  settings_.write_on(files_);
  connect_parts();
}

AppController::~AppController() {
  thumbnails_->set_engine(nullptr);
  studio_->stop();
  batch_->shut_down();
  for (const auto& queue : {files_, long_files_}) {
    queue->cancel_all();
    queue->wait_idle();
  }
  studio_.reset();
  device_queue_->cancel_all();
  device_queue_->wait_idle();
}

engine::Studio::Callbacks AppController::callbacks() {
  engine::Studio::Callbacks calls;
  calls.changed = [this, mail = mail_](std::shared_ptr<const engine::Snapshot> snapshot) {
    const std::scoped_lock lock(mail->mutex);
    mail->snapshot = std::move(snapshot);
    if (!std::exchange(mail->announced, true)) post(this, [this] { take_snapshot(); });
  };
  calls.pixels_ready = [this, mail = mail_](stream::ColumnRange columns) {
    const std::scoped_lock lock(mail->mutex);
    const bool waiting = std::exchange(mail->pixels_announced, true);
    auto& pixels = mail->pixels;
    pixels = waiting ? stream::ColumnRange{std::min(pixels.begin, columns.begin),
                                           std::max(pixels.end, columns.end)}
                     : columns;
    if (waiting) return;
    post(this, [this, mail] {
      stream::ColumnRange ready;
      {
        const std::scoped_lock inner(mail->mutex);
        ready = mail->pixels;
        mail->pixels_announced = false;
      }
      Q_EMIT pixels_ready(ready.begin, ready.end);
    });
  };
  calls.extending = [this](const jobs::Progress& progress) {
    post(this, [this, progress] { growth_->report(progress); });
  };
  calls.extended = [this](std::int64_t made, const std::optional<Error>& error) {
    post(this, [this, made, error] {
      growth_->ended(made, error);
      if (error) report(*error);
    });
  };
  calls.failed = [this](const Error& error) { post(this, [this, error] { report(error); }); };
  return calls;
}

void AppController::connect_parts() {
  connect(library_, &ModelLibrary::failed, this, &AppController::report);
  connect(library_, &ModelLibrary::changed, this, &AppController::models_changed);
  connect(host_, &ModelHost::ready, this, [this] {
    settings_.set_model(from_path(engine()->folder()));
    log_->add(Log::Level::info, tr("Model %1 on %2, %3")
                                    .arg(QString::fromStdString(engine()->manifest().name),
                                         QString::fromStdString(engine()->device().name()),
                                         QString::fromStdString(name(engine()->precision()))));
    thumbnails_->set_engine(engine());
    if (!project_->goes_on_with(engine()->identity())) growth_->engine_changed();
    Q_EMIT engine_changed();
    project_->engine_ready();
    batch_->reattach();
  });
  connect(host_, &ModelHost::failed, this, &AppController::load_failed);
  connect(growth_, &Growth::photo_scene_chosen, this, [this](qint64 scene) {
    Q_EMIT notice(tr("The photo continues as %1.").arg(scene_title(*engine(), scene)));
  });
  connect(growth_, &Growth::running_changed, this, [this] { thumbnails_->set_paused(growth_->running()); });
}

void AppController::models_changed() {
  if (host_->loading()) return;
  if (const auto used = engine()) {
    const ModelEntry* entry = library_->find(used->folder());
    const bool renamed =
        entry != nullptr && entry->usable() && entry->manifest->class_names != used->manifest().class_names;
    if (renamed) host_->load(used->folder(), host_->used().device, host_->used().precision);
    return;
  }
  const ModelEntry* entry = library_->choose(settings_.model());
  if (entry != nullptr) use_model(entry->folder);
}

// A device or precision that does not work is done without: no model would be there.
void AppController::load_failed(const Error& error) {
  const ModelHost::Choice wanted = host_->wanted();
  const QString automatic = QStringLiteral("auto");
  const bool chosen = wanted.device != automatic || wanted.precision != automatic;
  const bool of_bundle = error.where().find(wanted.bundle.string()) != std::string::npos;
  if (const auto& used = host_->used(); engine()) {
    const bool other = wanted.device != used.device || wanted.precision != used.precision;
    // Another model, on what the one before could only do without.
    if (other && !of_bundle && wanted.bundle != used.bundle)
      return host_->load(wanted.bundle, used.device, used.precision);
    if (other && !of_bundle) {
      settings_.set_device(used.device);
      settings_.set_precision(used.precision);
    }
  } else if (chosen && !of_bundle) {
    log_->add(Log::Level::warning, describe(error).detail);
    Q_EMIT warned(tr("The chosen device or precision cannot be used"),
                  describe(error).detail + QLatin1Char('\n') + tr("The automatic choice is taken instead."));
    return host_->load(wanted.bundle, automatic, automatic);
  }
  report(error);
  project_->engine_failed();
}

bool AppController::replacing() const {
  if (project_->opening()) return true;
  if (!host_->loading() || !engine()) return false;
  const ModelEntry* entry = library_->find(host_->wanted().bundle);
  if (entry == nullptr || !entry->manifest) return false;
  const Manifest& m = *entry->manifest;
  return !project_->goes_on_with({m.name, m.tokenizer_sha256, m.generator_sha256});
}

void AppController::start() {
  if (std::exchange(started_, true)) return;
  if (!settings_.writable()) {
    log_->add(Log::Level::warning,
              tr("%1 cannot be written: settings are forgotten at the end").arg(paths_.settings));
    Q_EMIT notice(tr("The settings folder cannot be written; settings are forgotten when the program ends."));
  }
  library_->refresh();
}

void AppController::take_snapshot() {
  {
    const std::scoped_lock lock(mail_->mutex);
    snapshot_ = mail_->snapshot;
    mail_->announced = false;
  }
  growth_->canvas_changed();
  project_->canvas_changed();
  Q_EMIT canvas_changed();
  if (photo_asked_ && snapshot_ && snapshot_->cursor != photo_asked_->entry && growth_->bare_photo()) {
    tell_photo(*std::exchange(photo_asked_, std::nullopt));
  }
}

void AppController::tell_photo(const PhotoAsked& photo) {
  const QString name = engine() ? scene_title(*engine(), snapshot_->state.scene) : QString();
  QString text;
  if (!name.isEmpty()) {
    text = tr("The photo continues as %1.").arg(name) + QLatin1Char(' ') +
           tr("Click another scene to change that.");
  }
  if (photo.cut_short) {
    Q_EMIT warned(tr("%1 breaks off: a part of the photo may be missing").arg(photo.name), text);
  } else if (!text.isEmpty()) {
    Q_EMIT notice(text);
  }
}

void AppController::set_selection(stream::ColumnRange columns) {
  if (columns == selection_) return;
  selection_ = columns;
  Q_EMIT selection_changed();
}

void AppController::use_model(const std::filesystem::path& folder) {
  host_->load(folder, settings_.device(), settings_.precision());
}

void AppController::import_photo(const QString& path) {
  if (replacing()) {
    Q_EMIT notice(tr("Wait until the model is loaded."));
    return;
  }
  if (!engine() || !has_canvas()) {
    return report(Error(ErrorKind::unsupported, path.toStdString(), "a photo needs a model to continue it",
                        "choose or import a model first (Tools, Models)"));
  }
  const QFileInfo info(path);
  if (info.isDir()) {
    return report(Error(ErrorKind::bad_input, path.toStdString(), "is a folder", "choose a picture"));
  }
  Q_EMIT notice(tr("Reading %1").arg(info.fileName()));
  const auto cut_short = std::make_shared<bool>(false);
  files_->submit({.name = "photo",
                  .priority = jobs::Priority::visible,
                  .run = [cut_short, file = to_path(path)](
                             const jobs::Context&) { *cut_short = media::is_cut_short(file); },
                  .on_end =
                      [this, cut_short, path](const std::optional<Error>& error) {
                        if (error) return;  // the program ends
                        post(this, [this, cut_short, path] { take_photo(path, *cut_short); });
                      }});
}

void AppController::take_photo(const QString& path, bool cut_short) {
  growth_->forget_steps();
  photo_asked_ = PhotoAsked{QFileInfo(path).fileName(), cut_short, snapshot_ ? snapshot_->cursor : -1};
  studio_->import_photo(to_path(path), {growth_->seed(), 0, growth_->settings()});
}

void AppController::import_photo(const QImage& picture) {
  QDir().mkpath(paths_.cache);
  const QString path = paths_.cache + QStringLiteral("/pasted.png");
  files_->submit({.name = "paste",
                  .priority = jobs::Priority::visible,
                  .run =
                      [path, picture](const jobs::Context&) {
                        if (!picture.save(path, "PNG")) {
                          throw Error(ErrorKind::io, path.toStdString(), "cannot be written");
                        }
                      },
                  .on_end =
                      [this, path](const std::optional<Error>& error) {
                        post(this, [this, path, error] {
                          if (error) return report(*error);
                          import_photo(path);
                        });
                      }});
}

void AppController::open_any(const QString& path) {
  const QFileInfo info(path);
  if (!info.exists()) {
    return report(Error(ErrorKind::io, path.toStdString(), "there is no such file"));
  }
  if (info.suffix().compare(QLatin1String("equi"), Qt::CaseInsensitive) == 0) {
    project_->open(path);
  } else {
    import_photo(path);
  }
}

void AppController::report(const Error& error) {
  const ErrorText text = describe(error);
  if (error.kind() == ErrorKind::cancelled) {
    log_->add(Log::Level::info, text.title + QStringLiteral(": ") + text.detail);
    return;
  }
  log_->add(Log::Level::error, text.title + QStringLiteral(": ") + text.detail);
  Q_EMIT failed(error);
}

}  // namespace equi::ui
