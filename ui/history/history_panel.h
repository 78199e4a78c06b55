#pragma once

#include <QListWidget>
#include <QWidget>

namespace equi::ui {

class AppController;

// Everything that was done, newest at the bottom; a click goes there.
class HistoryPanel : public QWidget {
  Q_OBJECT

 public:
  explicit HistoryPanel(AppController* app, QWidget* parent = nullptr);
  QListWidget* list() const { return list_; }

 private:
  void refresh();

  AppController* app_;
  QListWidget* list_;
};

// A history entry of the core in the user's language.
QString translated_entry(const QString& english);

}  // namespace equi::ui
