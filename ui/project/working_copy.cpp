#include "ui/project/working_copy.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>
#include <QUuid>
#include <filesystem>

#include "ui/paths.h"

namespace equi::ui {
namespace {

const auto kEnding = QStringLiteral(".equi");
const auto kDescription = QStringLiteral(".json");
const auto kLock = QStringLiteral(".lock");

std::unique_ptr<QLockFile> lock_of(const QString& file) {
  auto lock = std::make_unique<QLockFile>(file + kLock);
  lock->setStaleLockTime(0);  // only a dead owner makes it stale
  return lock;
}

void remove_files(const QString& file) {
  for (const char* ending : {"", "-wal", "-shm", "-journal", ".json", ".json.new"})
    QFile::remove(file + QLatin1String(ending));
}

}  // namespace

WorkingCopy::WorkingCopy(const QString& folder, QString origin) : origin_(std::move(origin)) {
  QDir().mkpath(folder);
  file_ = QDir(folder).filePath(QUuid::createUuid().toString(QUuid::WithoutBraces) + kEnding);
  lock_ = lock_of(file_);
  lock_->tryLock(0);
  describe();
}

WorkingCopy::WorkingCopy(QString file, QString origin, QString revision, std::unique_ptr<QLockFile> lock)
    : file_(std::move(file)),
      origin_(std::move(origin)),
      revision_(std::move(revision)),
      dirty_(true),
      keep_(true),
      lock_(std::move(lock)) {}

WorkingCopy::~WorkingCopy() {
  if (!keep_) remove_files(file_);
}

void WorkingCopy::set_origin(const QString& origin, const QString& revision) {
  origin_ = origin;
  revision_ = revision;
  describe();
}

void WorkingCopy::set_dirty(bool dirty) {
  if (dirty == dirty_) return;
  dirty_ = dirty;
  describe();
}

// Put in place in one go, but not waited for until it is on the disk: that can take long, and this is the
// window's thread. A description that a power cut takes away counts as unsaved.
void WorkingCopy::describe() const {
  const QJsonObject text{{QStringLiteral("origin"), origin_},
                         {QStringLiteral("revision"), revision_},
                         {QStringLiteral("dirty"), dirty_}};
  const QString aside = file_ + kDescription + QStringLiteral(".new");
  {
    QFile file(aside);
    if (!file.open(QIODevice::WriteOnly) || file.write(QJsonDocument(text).toJson()) < 0) return;
  }
  std::error_code ignored;
  std::filesystem::rename(to_path(aside), to_path(file_ + kDescription), ignored);
}

std::vector<Leftover> find_leftovers(const QString& folder) {
  std::vector<Leftover> found;
  const QDir dir(folder);
  for (const QFileInfo& info : dir.entryInfoList({QStringLiteral("*") + kEnding}, QDir::Files, QDir::Time)) {
    const QString file = info.absoluteFilePath();
    const auto lock = lock_of(file);
    if (!lock->tryLock(0)) continue;  // open in another window of the program
    QFile description(file + kDescription);
    QJsonObject text;
    if (description.open(QIODevice::ReadOnly)) text = QJsonDocument::fromJson(description.readAll()).object();
    const Leftover leftover{file, text[QStringLiteral("origin")].toString(),
                            text[QStringLiteral("revision")].toString(), info.lastModified()};
    if (text[QStringLiteral("dirty")].toBool(true)) {
      found.push_back(leftover);
    } else {
      remove_files(file);
    }
  }
  return found;
}

void remove_leftover(const Leftover& leftover) {
  const auto lock = lock_of(leftover.file);
  if (lock->tryLock(0)) remove_files(leftover.file);
}

std::unique_ptr<WorkingCopy> adopt(const Leftover& leftover) {
  auto lock = lock_of(leftover.file);
  if (!lock->tryLock(0)) return nullptr;
  return std::make_unique<WorkingCopy>(leftover.file, leftover.origin, leftover.revision, std::move(lock));
}

}  // namespace equi::ui
