#pragma once

#include <QListWidget>
#include <QWidget>
#include <cstdint>
#include <string>
#include <vector>

namespace equi::ui {

class AppController;

// Everything that was done, newest at the bottom; a click goes there.
class HistoryPanel : public QWidget {
  Q_OBJECT

 public:
  explicit HistoryPanel(AppController* app, QWidget* parent = nullptr);
  QListWidget* list() const { return list_; }

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void refresh();

  AppController* app_;
  QListWidget* list_;
  std::vector<std::string> shown_;  // titles, and the present entry
  std::int64_t shown_cursor_ = -1;
};

// A history entry of the core in the user's language.
QString translated_entry(const QString& english);

}  // namespace equi::ui
