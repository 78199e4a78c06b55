#pragma once

#include <QObject>
#include <QTemporaryDir>
#include <QTimer>
#include <functional>
#include <memory>
#include <optional>

#include "core/batch/picture_record.h"
#include "core/engine/studio.h"
#include "ui/project/working_copy.h"

namespace equi::ui {

class AppController;

// The document as a project of the user: its name, whether it is saved, opening, saving, recovery.
class ProjectKeeper : public QObject {
  Q_OBJECT

 public:
  using Done = std::function<void(std::optional<Error>)>;

  explicit ProjectKeeper(AppController* app);
  ~ProjectKeeper() override;

  bool has_document() const { return copy_ != nullptr; }
  QString path() const;   // the user's file; empty: untitled
  QString title() const;  // for the window: the file's name, or "Untitled"
  bool dirty() const { return dirty_; }
  bool opening() const { return opening_; }
  // Whether the document goes on when the engine is of this model; another one begins an empty canvas.
  bool goes_on_with(const canvas::ModelIdentity& model) const { return copy_ && model_.same_model(model); }

  // Replaces the document by an empty one of the present model.
  void start_untitled();
  // Replaces the document by a new one with the record's settings and grows it to the record's columns, with
  // the model that made it, which is loaded first when it is another one. Errors come as
  // AppController::failed.
  void restore(const std::shared_ptr<const batch::PictureRecord>& record);
  // Opens a project: copies it aside, finds and loads its model, reads it. The present document stays when
  // that fails. Errors come as AppController::failed.
  void open(const QString& path);
  // Tokens mean nothing to another model: opens the project all the same, to look at its data.
  void recover(const Leftover& leftover);
  std::vector<Leftover> leftovers();

  void save(const QString& path, Done done);
  // Says whether the user's file is another one than was opened or saved here, so that saving would undo
  // somebody's work (one that is gone is not). The disk is asked on the file worker.
  void look_elsewhere(std::function<void(bool changed)> then);
  // Saves under the present name without asking anybody: not when it was changed elsewhere.
  void autosave();
  // Lets go of the document; its working copy is removed, or kept when `keep` (the session ends by force).
  void close(bool keep = false);

  // Called by the controller. The document is opened again with an engine of its model (another device or
  // precision), otherwise an empty one takes its place.
  void engine_ready();
  void engine_failed();
  void canvas_changed();

 Q_SIGNALS:
  void changed();  // title, path, dirty mark
  void opened();
  void not_autosaved();  // as the user's file was changed elsewhere; once until it is saved
  void model_missing(const QString& path, const QString& model);

 private:
  struct Pending {  // waits for its model
    std::unique_ptr<WorkingCopy> copy;
    canvas::ModelIdentity model;
    bool recovered = false;
    std::shared_ptr<const batch::PictureRecord> record;  // instead of a copy
  };
  void start(const canvas::NewPanorama& first, std::function<void()> then = {});
  void start_restored(const batch::PictureRecord& record);
  void copied(std::unique_ptr<WorkingCopy> copy, const canvas::ModelIdentity& model, bool recovered);
  void read(std::unique_ptr<Pending> pending);
  void renew();
  void replaced(const std::shared_ptr<const engine::Engine>& by);
  void set_opening(bool opening);
  void update_dirty();
  // Where working copies are: the state folder, or, where that cannot be written, one that goes with the
  // program.
  QString folder();

  AppController* app_;
  std::unique_ptr<QTemporaryDir> refuge_;  // outlives what is in it
  QString folder_;                         // empty: not looked for yet
  std::unique_ptr<WorkingCopy> copy_;
  canvas::ModelIdentity model_;  // of copy_
  int replacing_ = 0;            // documents that the studio is making or opening in its place
  std::unique_ptr<Pending> pending_;
  std::optional<canvas::State> saved_;
  bool dirty_ = false;
  bool opening_ = false;
  bool recovered_ = false;
  QTimer autosave_;
  bool told_ = false;  // that it was not saved automatically
};

}  // namespace equi::ui
