#pragma once

#include <QDateTime>
#include <QLockFile>
#include <QString>
#include <memory>
#include <vector>

namespace equi::ui {

// An open document's own file. The user's file is never written while one works: it is copied here when it is
// opened and replaced when it is saved. This file is always up to date on disk, so after a crash it is what
// is offered for recovery. Beside it lie a small description and a lock held by the running program.
class WorkingCopy {
 public:
  // A name for a new one in `folder`; the file itself is made by the document. `origin` is the user's file,
  // empty for an untitled panorama.
  WorkingCopy(const QString& folder, QString origin);
  // Takes over one that a dead program left. It is kept until keep(false): only once it is on the canvas is
  // there somebody to ask what becomes of it.
  WorkingCopy(QString file, QString origin, QString revision, std::unique_ptr<QLockFile> lock);
  ~WorkingCopy();  // removes the file, unless it is kept
  WorkingCopy(const WorkingCopy&) = delete;
  WorkingCopy& operator=(const WorkingCopy&) = delete;

  const QString& file() const { return file_; }
  const QString& origin() const { return origin_; }
  // `revision` is that of the user's file when it was read or written last.
  void set_origin(const QString& origin, const QString& revision);
  const QString& revision() const { return revision_; }
  // Whether it holds something that the user's file does not: then it is worth recovering.
  void set_dirty(bool dirty);
  void keep(bool on = true) { keep_ = on; }

 private:
  void describe() const;

  QString file_;
  QString origin_;
  QString revision_;
  bool dirty_ = false;
  bool keep_ = false;
  std::unique_ptr<QLockFile> lock_;
};

// What an earlier run left behind unsaved.
struct Leftover {
  QString file;
  QString origin;
  QString revision;
  QDateTime changed;
};

// Leftovers in `folder` that no running program holds; ones that hold nothing unsaved are removed.
std::vector<Leftover> find_leftovers(const QString& folder);
void remove_leftover(const Leftover& leftover);
// Null when another program holds it.
std::unique_ptr<WorkingCopy> adopt(const Leftover& leftover);

}  // namespace equi::ui
