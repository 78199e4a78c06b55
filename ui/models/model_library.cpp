#include "ui/models/model_library.h"

#include <algorithm>
#include <fstream>

#include "ui/gui_thread.h"

namespace equi::ui {
namespace {

namespace fs = std::filesystem;

ModelEntry read_entry(const fs::path& folder, const fs::path& own) {
  ModelEntry entry;
  entry.folder = folder;
  std::error_code ignored;
  entry.removable = fs::equivalent(folder.parent_path(), own, ignored);
  for (const auto& file : fs::directory_iterator(folder, ignored)) {
    if (file.is_regular_file(ignored)) entry.bytes += file.file_size(ignored);
  }
  try {
    std::ifstream file(folder / "manifest.json", std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    entry.manifest = manifest_from_json(text, (folder / "manifest.json").string());
    Bundle::open(folder);
  } catch (const Error& error) {
    entry.problem = error;
  } catch (const std::exception& error) {
    entry.problem = Error(ErrorKind::bad_input, folder.string(), error.what());
  }
  return entry;
}

std::vector<ModelEntry> scan(const Paths& paths) {
  std::vector<ModelEntry> found;
  std::vector<fs::path> seen;
  std::error_code ignored;
  for (const QString& text : paths.model_folders) {
    const fs::path place = to_path(text);
    std::vector<fs::path> folders;
    if (fs::exists(place / "manifest.json", ignored)) folders.push_back(place);
    for (const auto& inside : fs::directory_iterator(place, ignored)) {
      if (fs::exists(inside.path() / "manifest.json", ignored)) folders.push_back(inside.path());
    }
    std::ranges::sort(folders);
    for (const fs::path& folder : folders) {
      const fs::path real = fs::weakly_canonical(folder, ignored);
      if (std::ranges::find(seen, real) != seen.end()) continue;
      seen.push_back(real);
      found.push_back(read_entry(folder, to_path(paths.models)));
    }
  }
  return found;
}

}  // namespace

QString ModelEntry::title() const {
  if (manifest && !manifest->name.empty()) return QString::fromStdString(manifest->name);
  return from_path(folder.filename());
}

ModelLibrary::ModelLibrary(std::shared_ptr<jobs::JobQueue> files, Paths paths, QObject* parent)
    : QObject(parent), files_(std::move(files)), paths_(std::move(paths)) {}

const ModelEntry* ModelLibrary::find(const fs::path& folder) const {
  const auto found = std::ranges::find(entries_, folder, &ModelEntry::folder);
  return found == entries_.end() ? nullptr : &*found;
}

const ModelEntry* ModelLibrary::find(const canvas::ModelIdentity& identity) const {
  const auto same = [&](const ModelEntry& entry) {
    return entry.usable() && entry.manifest->tokenizer_sha256 == identity.tokenizer_sha256 &&
           entry.manifest->generator_sha256 == identity.generator_sha256;
  };
  const auto found = std::ranges::find_if(entries_, same);
  return found == entries_.end() ? nullptr : &*found;
}

const ModelEntry* ModelLibrary::choose(const QString& preferred) const {
  const ModelEntry* entry = preferred.isEmpty() ? nullptr : find(to_path(preferred));
  if (entry != nullptr && entry->usable()) return entry;
  const auto found = std::ranges::find_if(entries_, &ModelEntry::usable);
  return found == entries_.end() ? nullptr : &*found;
}

void ModelLibrary::refresh() {
  files_->submit({.name = "look for models",
                  .priority = jobs::Priority::visible,
                  .replaces = "models.scan",
                  .run = [this, paths = paths_](const jobs::Context&) {
                    post(this, [this, found = scan(paths)]() mutable {
                      entries_ = std::move(found);
                      scanned_ = true;
                      Q_EMIT changed();
                    });
                  }});
}

void ModelLibrary::change(const std::string& name, std::function<void()> work) {
  files_->submit({.name = name,
                  .run = [work = std::move(work)](const jobs::Context&) { work(); },
                  .on_end =
                      [this](const std::optional<Error>& error) {
                        post(this, [this, error] {
                          if (error) Q_EMIT failed(*error);
                          refresh();
                        });
                      }});
}

void ModelLibrary::remove(const fs::path& folder) {
  const ModelEntry* entry = find(folder);
  if (entry == nullptr || !entry->removable) return;
  change("remove a model", [folder] {
    std::error_code code;
    fs::remove_all(folder, code);
    if (code) throw Error(ErrorKind::io, folder.string(), "cannot be removed: " + code.message());
  });
}

void ModelLibrary::rename_classes(const fs::path& folder, std::vector<std::string> names) {
  const ModelEntry* entry = find(folder);
  if (entry == nullptr || !entry->manifest) return;
  Manifest manifest = *entry->manifest;
  manifest.class_names = std::move(names);
  change("name classes", [folder, manifest] {
    const fs::path target = folder / "manifest.json", aside = folder / "manifest.json.new";
    {
      std::ofstream file(aside, std::ios::binary);
      file << manifest_to_json(manifest);
      if (!file.flush()) throw Error(ErrorKind::io, aside.string(), "cannot be written");
    }
    std::error_code code;
    fs::rename(aside, target, code);
    if (code) throw Error(ErrorKind::io, target.string(), "cannot be replaced: " + code.message());
  });
}

}  // namespace equi::ui
