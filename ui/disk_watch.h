#pragma once

#include <QObject>
#include <cstdint>
#include <optional>

namespace equi::ui {

class AppController;

// How much room the disk has on which a file or folder lies or will lie; looked up where files are.
class DiskWatch : public QObject {
  Q_OBJECT

 public:
  DiskWatch(AppController* app, QObject* parent);

  void look_at(const QString& path);                           // only the newest look counts
  std::optional<std::uint64_t> free() const { return free_; }  // nothing: not known, or not yet
  // That `needed` bytes are more than there is room for, in words; empty: they are not.
  QString warning(std::uint64_t needed) const;

 Q_SIGNALS:
  void changed();

 private:
  AppController* app_;
  std::optional<std::uint64_t> free_;
};

}  // namespace equi::ui
