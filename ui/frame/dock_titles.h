#pragma once

#include <QDockWidget>
#include <QList>
#include <QMainWindow>
#include <QTabBar>
#include <QTimer>

namespace equi::ui {

// Says what a dock is once: where docks share a place their tabs do, so their title bars go; alone or
// floating a dock has its title bar. A double click on a tab makes its dock float, its menu offers what a
// title bar does.
class DockTitles : public QObject {
  Q_OBJECT

 public:
  explicit DockTitles(QMainWindow* window);

  void add(QDockWidget* dock);

 private:
  void update();
  bool has_tab(QDockWidget* dock) const;
  void watch(QTabBar* bar);
  QDockWidget* dock_at(QTabBar* bar, int tab) const;
  void show_menu(QTabBar* bar, const QPoint& at);

  QMainWindow* window_;
  QList<QDockWidget*> docks_;
  QList<QTabBar*> bars_;  // of the window, which keeps them
  QTimer soon_;           // docks move in several steps
};

}  // namespace equi::ui
