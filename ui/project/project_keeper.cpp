#include "ui/project/project_keeper.h"

#include <QDir>
#include <QFileInfo>

#include "ui/app_controller.h"
#include "ui/gui_thread.h"

namespace equi::ui {
namespace {

namespace fs = std::filesystem;

struct Copied {
  canvas::ModelIdentity model;
  QString revision;
};

// Copies the user's file aside and reads which model it belongs to. Errors name the user's file.
Copied copy_aside(const fs::path& from, const fs::path& to) {
  std::error_code code;
  if (fs::is_directory(from, code))
    throw Error(ErrorKind::bad_input, from.string(), "is a folder, not a project");
  canvas::copy_project(from, to);
  try {
    const auto copy = canvas::ProjectFile::open(to);
    return {copy->model(), QString::fromStdString(copy->revision())};
  } catch (const Error& error) {
    throw Error(error.kind(), from.string(), error.message(), error.hint());
  }
}

}  // namespace

ProjectKeeper::ProjectKeeper(AppController* app) : QObject(app), app_(app) {
  autosave_.setInterval(60 * 1000);
  int minutes = 0;
  connect(&autosave_, &QTimer::timeout, this, [this, minutes]() mutable {
    const int wanted = app_->settings().autosave_minutes();
    if (wanted == 0 || ++minutes < wanted || !dirty_ || path().isEmpty()) return;
    minutes = 0;
    autosave();
  });
  autosave_.start();
}

ProjectKeeper::~ProjectKeeper() = default;

QString ProjectKeeper::folder() {
  if (!folder_.isEmpty()) return folder_;
  const QString wanted = app_->paths().state + QStringLiteral("/open");
  if (QDir().mkpath(wanted) && QFileInfo(wanted).isWritable()) {
    folder_ = wanted;
    return folder_;
  }
  refuge_ = std::make_unique<QTemporaryDir>();
  folder_ = refuge_->path();
  app_->log().add(Log::Level::warning, tr("%1 cannot be written").arg(wanted));
  Q_EMIT app_->notice(
      tr("The folder for open projects cannot be written; nothing can be recovered after a crash."));
  return folder_;
}

QString ProjectKeeper::path() const {
  return copy_ ? copy_->origin() : QString();
}

QString ProjectKeeper::title() const {
  return path().isEmpty() ? tr("Untitled") : QFileInfo(path()).completeBaseName();
}

std::vector<Leftover> ProjectKeeper::leftovers() {
  return find_leftovers(folder());
}

void ProjectKeeper::set_opening(bool opening) {
  opening_ = opening;
  Q_EMIT changed();
}

void ProjectKeeper::start_untitled() {
  const auto engine = app_->engine();
  if (engine) start({app_->growth().seed(), 0, engine->default_settings()});
}

void ProjectKeeper::start(const canvas::NewPanorama& first, std::function<void()> then) {
  auto copy =
      std::make_shared<std::unique_ptr<WorkingCopy>>(std::make_unique<WorkingCopy>(folder(), QString()));
  app_->growth().forget_steps();
  ++replacing_;
  const auto engine = app_->engine();
  app_->studio().create(engine, to_path((*copy)->file()), first,
                        [this, copy, engine, then = std::move(then)](const std::optional<Error>& error) {
                          post(this, [this, copy, engine, then, error] {
                            if (error) {
                              app_->report(*error);
                              return replaced(engine);
                            }
                            copy_ = std::move(*copy);
                            told_ = false;
                            model_ = engine->identity();
                            saved_.reset();
                            recovered_ = false;
                            update_dirty();
                            Q_EMIT changed();
                            Q_EMIT opened();
                            if (then) then();
                            replaced(engine);
                          });
                        });
}

void ProjectKeeper::restore(const std::shared_ptr<const batch::PictureRecord>& record) {
  const auto engine = app_->engine();
  if (engine && engine->identity().same_model(record->model)) return start_restored(*record);
  const ModelEntry* entry = app_->library().find(record->model);
  if (entry == nullptr) {
    Q_EMIT model_missing({}, QString::fromStdString(printable(record->model.name)));
    return;
  }
  set_opening(true);
  pending_ = std::make_unique<Pending>(Pending{nullptr, record->model, false, record});
  app_->use_model(entry->folder);
}

void ProjectKeeper::start_restored(const batch::PictureRecord& record) {
  try {
    start(batch::first_of(record), [this, steps = batch::restore_steps(*app_->engine(), record)] {
      app_->growth().take_steps(steps);
    });
  } catch (const Error& error) {
    app_->report(error);
    if (!goes_on_with(app_->engine()->identity())) start_untitled();
  }
}

void ProjectKeeper::open(const QString& path) {
  set_opening(true);
  const QString origin = QFileInfo(path).absoluteFilePath();
  auto copy = std::make_shared<std::unique_ptr<WorkingCopy>>(std::make_unique<WorkingCopy>(folder(), origin));
  auto found = std::make_shared<Copied>();
  app_->files()->submit({.name = "open a project",
                         .priority = jobs::Priority::visible,
                         .run = [from = to_path(path), to = to_path((*copy)->file()),
                                 found](const jobs::Context&) { *found = copy_aside(from, to); },
                         .on_end =
                             [this, copy, found, path, origin](const std::optional<Error>& error) {
                               post(this, [this, copy, found, path, origin, error] {
                                 if (!error) {
                                   (*copy)->set_origin(origin, found->revision);
                                   return copied(std::move(*copy), found->model, false);
                                 }
                                 set_opening(false);
                                 app_->settings().forget_recent(path);
                                 app_->report(*error);
                               });
                             }});
}

void ProjectKeeper::recover(const Leftover& leftover) {
  auto copy = std::make_shared<std::unique_ptr<WorkingCopy>>(adopt(leftover));
  if (!*copy) return;
  set_opening(true);
  auto model = std::make_shared<canvas::ModelIdentity>();
  app_->files()->submit(
      {.name = "recover a project",
       .priority = jobs::Priority::visible,
       .run = [file = to_path(leftover.file),
               model](const jobs::Context&) { *model = canvas::ProjectFile::open(file)->model(); },
       .on_end =
           [this, copy, model](const std::optional<Error>& error) {
             post(this, [this, copy, model, error] {
               if (!error) return copied(std::move(*copy), *model, true);
               set_opening(false);
               app_->report(*error);
             });
           }});
}

void ProjectKeeper::copied(std::unique_ptr<WorkingCopy> copy, const canvas::ModelIdentity& model,
                           bool recovered) {
  auto pending = std::make_unique<Pending>(Pending{std::move(copy), model, recovered, nullptr});
  const auto engine = app_->engine();
  if (engine && engine->identity().same_model(model)) return read(std::move(pending));
  const ModelEntry* entry = app_->library().find(model);
  if (entry == nullptr) {
    set_opening(false);
    Q_EMIT model_missing(pending->copy->origin(), QString::fromStdString(printable(model.name)));
    return;
  }
  pending_ = std::move(pending);
  app_->use_model(entry->folder);
}

void ProjectKeeper::read(std::unique_ptr<Pending> pending) {
  const auto held = std::make_shared<std::unique_ptr<Pending>>(std::move(pending));
  app_->growth().forget_steps();
  ++replacing_;
  const auto engine = app_->engine();
  app_->studio().open(
      engine, to_path((*held)->copy->file()), false, [this, held, engine](const std::optional<Error>& error) {
        post(this, [this, held, engine, error] {
          set_opening(false);
          Pending& done = **held;
          if (error) {
            app_->report(
                Error(error->kind(), done.copy->origin().toStdString(), error->message(), error->hint()));
            if (!goes_on_with(engine->identity())) start_untitled();
            return replaced(engine);
          }
          copy_ = std::move(done.copy);
          copy_->keep(false);
          told_ = false;
          model_ = done.model;
          recovered_ = done.recovered;
          saved_.reset();
          if (!recovered_) {
            if (const auto snapshot = app_->studio().snapshot()) saved_ = snapshot->state;
            app_->settings().add_recent(path());
          }
          update_dirty();
          Q_EMIT changed();
          Q_EMIT opened();
          replaced(engine);
        });
      });
}

// Brings the document to the present engine. The file is the same and so is its history: name, saved state
// and the mark of a recovered one stay.
void ProjectKeeper::renew() {
  if (!goes_on_with(app_->engine()->identity())) return start_untitled();
  app_->growth().forget_steps();
  app_->studio().open(app_->engine(), to_path(copy_->file()), false,
                      [this](const std::optional<Error>& error) {
                        if (error) post(this, [this, error] { app_->report(*error); });
                      });
}

// One that was begun with an engine (`by`) that is no longer the present one.
void ProjectKeeper::replaced(const std::shared_ptr<const engine::Engine>& by) {
  if (--replacing_ == 0 && by != app_->engine()) renew();
}

void ProjectKeeper::engine_ready() {
  if (pending_ && pending_->record) {
    set_opening(false);
    start_restored(*std::exchange(pending_, nullptr)->record);
  } else if (pending_) {
    read(std::move(pending_));
  } else if (replacing_ == 0) {
    renew();
  }
}

void ProjectKeeper::engine_failed() {
  if (!pending_) return;
  pending_.reset();
  set_opening(false);
}

void ProjectKeeper::save(const QString& path, Done done) {
  if (!copy_) return;
  const auto snapshot = app_->studio().snapshot();
  app_->studio().save_copy(to_path(path), [this, path, snapshot,
                                           done = std::move(done)](const std::optional<Error>& error) {
    // What was saved is the state when the worker got there, at least as new as the
    // one seen here.
    const auto saved = app_->studio().snapshot();
    const auto revision = canvas::revision_of(to_path(path));
    post(this, [this, path, saved, revision, done, error] {
      if (!error && copy_) {
        copy_->set_origin(QFileInfo(path).absoluteFilePath(), QString::fromStdString(revision.value_or("")));
        told_ = false;
        if (saved) saved_ = saved->state;
        recovered_ = false;
        app_->settings().add_recent(copy_->origin());
        app_->log().add(Log::Level::info, tr("Saved %1").arg(path));
      }
      update_dirty();
      Q_EMIT changed();
      if (done) {
        done(error);
      } else if (error) {
        app_->report(*error);
      }
    });
  });
}

void ProjectKeeper::look_elsewhere(std::function<void(bool changed)> then) {
  if (path().isEmpty()) return then(false);
  const auto found = std::make_shared<std::optional<std::string>>();
  const QString asked_for = copy_->file();
  app_->files()->submit(
      {.name = "look at the project's file",
       .priority = jobs::Priority::visible,
       .run = [found, file = to_path(path())](const jobs::Context&) { *found = canvas::revision_of(file); },
       .on_end =
           [this, found, asked_for, then = std::move(then)](const std::optional<Error>& error) {
             if (error) return;  // the program ends
             post(this, [this, found, asked_for, then] {
               if (!copy_ || copy_->file() != asked_for) return;  // another document has taken its place
               then(found->has_value() && **found != copy_->revision().toStdString());
             });
           }});
}

void ProjectKeeper::autosave() {
  look_elsewhere([this](bool changed) {
    if (!changed) return save(path(), {});
    if (!std::exchange(told_, true)) Q_EMIT not_autosaved();
  });
}

void ProjectKeeper::close(bool keep) {
  if (copy_ && keep) copy_->keep();
  app_->growth().forget_steps();
  app_->studio().close();
  auto gone = std::shared_ptr<WorkingCopy>(std::move(copy_));
  // The file goes once the worker has let go of it.
  app_->device_queue()->submit({.name = "remove the working copy",
                                .priority = jobs::Priority::preview,
                                .run = [gone](const jobs::Context&) {}});
}

void ProjectKeeper::canvas_changed() {
  update_dirty();
}

void ProjectKeeper::update_dirty() {
  const auto snapshot = app_->snapshot();
  bool dirty = false;
  if (copy_ && snapshot) {
    const bool empty = snapshot->extent.size() == 0 && path().isEmpty();
    dirty = recovered_ || (!empty && (!saved_ || !(snapshot->state == *saved_)));
  }
  if (copy_) copy_->set_dirty(dirty);
  if (dirty == dirty_) return;
  dirty_ = dirty;
  Q_EMIT changed();
}

}  // namespace equi::ui
