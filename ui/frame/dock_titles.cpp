#include "ui/frame/dock_titles.h"

#include <QMenu>
#include <algorithm>

namespace equi::ui {

DockTitles::DockTitles(QMainWindow* window) : QObject(window), window_(window) {
  soon_.setSingleShot(true);
  connect(&soon_, &QTimer::timeout, this, &DockTitles::update);
}

void DockTitles::add(QDockWidget* dock) {
  docks_ << dock;
  const auto later = [this] { soon_.start(); };
  connect(dock, &QDockWidget::dockLocationChanged, this, later);
  connect(dock, &QDockWidget::topLevelChanged, this, later);
  connect(dock, &QDockWidget::visibilityChanged, this, later);
  soon_.start();
}

bool DockTitles::has_tab(QDockWidget* dock) const {
  if (dock->isFloating()) return false;
  return std::ranges::any_of(window_->tabifiedDockWidgets(dock), [](const QDockWidget* beside) {
    return !beside->isFloating() && !beside->isHidden();
  });
}

void DockTitles::update() {
  for (QDockWidget* dock : docks_) {
    const bool bare = dock->titleBarWidget() != nullptr;
    if (has_tab(dock) == bare) continue;
    QWidget* before = dock->titleBarWidget();
    dock->setTitleBarWidget(bare ? nullptr : new QWidget(dock));  // one without a height
    delete before;
  }
  for (QTabBar* bar : window_->findChildren<QTabBar*>(QString(), Qt::FindDirectChildrenOnly)) watch(bar);
}

void DockTitles::watch(QTabBar* bar) {
  if (bars_.contains(bar)) return;
  bars_ << bar;
  bar->setDrawBase(false);
  connect(bar, &QObject::destroyed, this, [this, bar] { bars_.removeAll(bar); });
  connect(bar, &QTabBar::tabBarDoubleClicked, this, [this, bar](int tab) {
    if (QDockWidget* dock = dock_at(bar, tab)) dock->setFloating(true);
  });
  bar->setContextMenuPolicy(Qt::CustomContextMenu);
  connect(bar, &QWidget::customContextMenuRequested, this,
          [this, bar](const QPoint& at) { show_menu(bar, at); });
}

QDockWidget* DockTitles::dock_at(QTabBar* bar, int tab) const {
  const auto found = std::ranges::find_if(docks_, [&](const QDockWidget* dock) {
    return !dock->isFloating() && dock->windowTitle() == bar->tabText(tab);
  });
  return tab >= 0 && found != docks_.end() ? *found : nullptr;
}

void DockTitles::show_menu(QTabBar* bar, const QPoint& at) {
  QDockWidget* dock = dock_at(bar, bar->tabAt(at));
  if (dock == nullptr) return;
  QMenu menu;
  connect(menu.addAction(tr("Float")), &QAction::triggered, dock, [dock] { dock->setFloating(true); });
  connect(menu.addAction(tr("Close")), &QAction::triggered, dock, &QWidget::close);
  menu.exec(bar->mapToGlobal(at));
}

}  // namespace equi::ui
