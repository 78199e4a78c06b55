#pragma once

#include <QObject>
#include <memory>
#include <optional>
#include <vector>

#include "core/canvas/project_file.h"
#include "core/checkpoint/bundle.h"
#include "core/jobs/job_queue.h"
#include "ui/paths.h"

namespace equi::ui {

// A folder that is a bundle, or should be one.
struct ModelEntry {
  std::filesystem::path folder;
  std::optional<Manifest> manifest;  // nothing when it cannot be read
  std::optional<Error> problem;      // why not; set too when only the weights are damaged
  std::uintmax_t bytes = 0;          // on disk
  bool removable = false;            // lies in the user's own folder

  bool usable() const { return manifest && !problem; }
  QString title() const;
};

// The installed models. Folders are read on the file worker; `changed` tells when the list is another.
class ModelLibrary : public QObject {
  Q_OBJECT

 public:
  ModelLibrary(std::shared_ptr<jobs::JobQueue> files, Paths paths, QObject* parent);

  const std::vector<ModelEntry>& entries() const { return entries_; }
  bool scanned() const { return scanned_; }
  const Paths& paths() const { return paths_; }
  const ModelEntry* find(const std::filesystem::path& folder) const;
  const ModelEntry* find(const canvas::ModelIdentity& identity) const;
  // The one to start with: `preferred` when it is usable, otherwise the first usable one.
  const ModelEntry* choose(const QString& preferred) const;

  void refresh();
  // Deletes a bundle in the user's own folder, on the file worker; then refreshes. Errors come as `failed`.
  void remove(const std::filesystem::path& folder);
  // Writes other class names into a bundle's manifest; then refreshes.
  void rename_classes(const std::filesystem::path& folder, std::vector<std::string> names);

 Q_SIGNALS:
  void changed();
  void failed(const equi::Error& error);

 private:
  void change(const std::string& name, std::function<void()> work);

  std::shared_ptr<jobs::JobQueue> files_;
  Paths paths_;
  std::vector<ModelEntry> entries_;
  bool scanned_ = false;
};

}  // namespace equi::ui
