#pragma once

#include <QImage>
#include <QObject>
#include <memory>
#include <mutex>

#include "core/engine/studio.h"
#include "core/media/disk_space.h"
#include "ui/app_settings.h"
#include "ui/grow/growth.h"
#include "ui/log.h"
#include "ui/models/model_host.h"
#include "ui/models/model_library.h"
#include "ui/project/project_keeper.h"
#include "ui/scenes/thumbnail_maker.h"

namespace equi::ui {

class BatchHost;
class CanvasExport;

// The application without its windows: owns the job queues, the tiles, the studio, the model, the project and
// the settings, and speaks in signals on the GUI thread. Every window and dock gets a pointer to it.
//
// Workers outlive no part of it: its destructor ends them first, so that a callback may hold `this`.
class AppController : public QObject {
  Q_OBJECT

 public:
  explicit AppController(Paths paths, QObject* parent = nullptr);
  ~AppController() override;

  // Looks for models and loads the remembered one, or the first that can be used. Returns at once.
  void start();

  engine::Studio& studio() { return *studio_; }
  std::shared_ptr<engine::TileCache> tiles() const { return tiles_; }
  // The device's worker (the only one that touches the model), one for files, one for what takes minutes
  // without the model (imports).
  const std::shared_ptr<jobs::JobQueue>& device_queue() const { return device_queue_; }
  const std::shared_ptr<jobs::JobQueue>& files() const { return files_; }
  const std::shared_ptr<jobs::JobQueue>& long_files() const { return long_files_; }

  AppSettings& settings() { return settings_; }
  const Paths& paths() const { return paths_; }
  Log& log() { return *log_; }
  ModelLibrary& library() { return *library_; }
  ModelHost& host() { return *host_; }
  ProjectKeeper& project() { return *project_; }
  Growth& growth() { return *growth_; }
  ThumbnailMaker& thumbnails() { return *thumbnails_; }
  CanvasExport& exporter() { return *exporter_; }
  BatchHost& batch() { return *batch_; }

  // How much room a disk has; another way to tell is for tests.
  const media::FreeSpace& free_space() const { return free_space_; }
  void set_free_space(media::FreeSpace look) { free_space_ = std::move(look); }

  std::shared_ptr<const engine::Engine> engine() const { return host_->engine(); }  // null: no model
  std::shared_ptr<const engine::Snapshot> snapshot() const { return snapshot_; }    // null: no canvas
  bool has_canvas() const { return project_->has_document(); }
  // Another document is about to take the canvas's place: what is begun on it now would be lost.
  bool replacing() const;

  // Selected document columns; empty: none. The canvas sets it, docks listen.
  stream::ColumnRange selection() const { return selection_; }
  void set_selection(stream::ColumnRange columns);

  // Loads another model; `device` and `precision` come from the settings.
  void use_model(const std::filesystem::path& folder);
  // Makes a picture file, or a picture from the clipboard, the canvas.
  void import_photo(const QString& path);
  void import_photo(const QImage& picture);
  // Opens whatever was dropped or named on the command line: a project or a picture.
  void open_any(const QString& path);

  // Shows an error to the user (message bar) and puts it into the log. Cancelled ones are only logged.
  void report(const Error& error);

 Q_SIGNALS:
  void canvas_changed();                        // snapshot() is another one
  void pixels_ready(qint64 begin, qint64 end);  // tiles over these document columns are in the cache
  void selection_changed();
  void engine_changed();
  void failed(const equi::Error& error);
  void notice(const QString& text);
  void warned(const QString& title, const QString& text);

 private:
  // A photo that is being read.
  struct PhotoAsked {
    QString name;
    bool cut_short = false;
    std::int64_t entry = -1;  // of the history, before it is there
  };
  void take_snapshot();
  void take_photo(const QString& path, bool cut_short);
  void tell_photo(const PhotoAsked& photo);
  engine::Studio::Callbacks callbacks();
  void connect_parts();
  void models_changed();
  void load_failed(const Error& error);

  Paths paths_;
  AppSettings settings_;
  std::shared_ptr<jobs::JobQueue> device_queue_, files_, long_files_;
  std::shared_ptr<engine::TileCache> tiles_;
  Log* log_;
  ModelLibrary* library_;
  ModelHost* host_;
  Growth* growth_;
  ProjectKeeper* project_;
  ThumbnailMaker* thumbnails_;
  CanvasExport* exporter_;
  BatchHost* batch_;
  media::FreeSpace free_space_ = media::free_space;
  std::shared_ptr<const engine::Snapshot> snapshot_;
  stream::ColumnRange selection_;
  std::optional<PhotoAsked> photo_asked_;
  bool started_ = false;

  // Written by the worker, taken by the GUI thread: only the newest counts.
  struct Mail {
    std::mutex mutex;
    std::shared_ptr<const engine::Snapshot> snapshot;
    bool announced = false;
    stream::ColumnRange pixels;
    bool pixels_announced = false;
  };
  std::shared_ptr<Mail> mail_ = std::make_shared<Mail>();
  std::unique_ptr<engine::Studio> studio_;
};

}  // namespace equi::ui
