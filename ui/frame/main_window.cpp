#include "ui/frame/main_window.h"

#include <QApplication>
#include <QCloseEvent>
#include <QDockWidget>
#include <QPushButton>
#include <QScreen>
#include <QTimer>
#include <QVBoxLayout>

#include "ui/batch/batch_dialog.h"
#include "ui/batch/batch_host.h"
#include "ui/export/export_dialog.h"
#include "ui/frame/dock_titles.h"
#include "ui/frame/empty_state.h"
#include "ui/frame/panel_scroll.h"
#include "ui/inspector/inspector_panel.h"
#include "ui/theme/icons.h"
#include "ui/theme/tokens.h"

namespace equi::ui {
namespace {

constexpr int kLayoutVersion = 3;
constexpr int kNarrowWindow = 1200;  // logical pixels
constexpr QSize kFirstSize(1280, 800);

}  // namespace

MainWindow::MainWindow(AppController* app, Theme* theme, QWidget* parent)
    : QMainWindow(parent),
      app_(app),
      theme_(theme),
      actions_(new Actions(this)),
      dock_titles_(new DockTitles(this)) {
  setObjectName(QStringLiteral("main"));
  setWindowIcon(QIcon(QStringLiteral(":/equicanvas.svg")));
  setDockOptions(QMainWindow::AnimatedDocks | QMainWindow::AllowTabbedDocks | QMainWindow::AllowNestedDocks);
  setTabPosition(Qt::AllDockWidgetAreas, QTabWidget::North);
  actions_->fill(menuBar());
  make_tool_bar();
  make_center();
  make_docks();
  status_ = new StatusLine(app, this);
  setStatusBar(status_);
  projects_ = new ProjectActions(app_, actions_, messages_, this);
  notifier_ = new Notifier(app_, this);
  connect_actions();
  connect_canvas();
  connect_inspector();
  connect_export();
  connect_batch();
  connect_app();
  restore_layout();
  update_title();
  update_actions();
  show_canvas();
  canvas_->select(app_->selection());
}

MainWindow::~MainWindow() = default;

void MainWindow::make_tool_bar() {
  auto* bar = new QToolBar(tr("Tool bar"), this);
  bar->setObjectName(QStringLiteral("tools"));
  bar->setIconSize(QSize(Size::icon, Size::icon));
  bar->setMovable(false);
  actions_->fill(bar, {"file.new", "file.open", "file.save", "", "edit.undo", "edit.redo", "", "file.photo",
                       "", "grow.reroll", "grow.regenerate", "grow.variations", "grow.scene"});
  auto* gap = new QWidget;
  gap->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
  bar->addWidget(gap);
  actions_->fill(bar,
                 {"view.first", "view.last", "", "view.zoom_out", "view.zoom_in", "view.fit", "view.actual"});
  addToolBar(bar);
}

void MainWindow::make_center() {
  canvas_ = new CanvasView(app_->tiles());
  canvas_->setObjectName(QStringLiteral("canvas"));
  canvas_->set_grid(app_->settings().grid());
  canvas_->set_following(app_->settings().follow());
  overview_ = new OverviewStrip(app_->tiles());
  grow_bar_ = new GrowBar(app_, actions_);
  messages_ = new MessageBar;

  auto* welcome = new EmptyState(QStringLiteral("extend-right"), QString(), QString(), canvas_);
  welcome_photo_ = welcome->add_button(tr("Open photo…"));
  welcome_models_ = welcome->add_button(tr("Models…"), true);
  connect(welcome_photo_, &QPushButton::clicked, actions_->get("file.photo"), &QAction::trigger);
  connect(welcome->add_button(tr("Open project…")), &QPushButton::clicked, actions_->get("file.open"),
          &QAction::trigger);
  connect(welcome_models_, &QPushButton::clicked, actions_->get("tools.models"), &QAction::trigger);
  welcome_ = welcome;
  auto* over = new QVBoxLayout(canvas_);
  over->setContentsMargins(0, 0, 0, 0);
  over->addWidget(welcome_);

  auto* center = new QWidget;
  auto* layout = new QVBoxLayout(center);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addWidget(messages_);
  layout->addWidget(canvas_, 1);
  layout->addWidget(overview_);
  layout->addWidget(grow_bar_);
  setCentralWidget(center);
}

void MainWindow::make_docks() {
  scenes_ = new ScenePanel(app_);
  add_dock(QStringLiteral("scenes"), tr("Scenes"), scenes_, Qt::LeftDockWidgetArea);
  generation_ = new GenerationPanel(app_, actions_);
  auto* generation = add_dock(QStringLiteral("generation"), tr("Generation"),
                              new PanelScroll(generation_, tr("Generation")), Qt::RightDockWidgetArea);
  history_ = new HistoryPanel(app_);
  add_dock(QStringLiteral("history"), tr("History"), history_, Qt::RightDockWidgetArea);
  inspector_ = new InspectorPanel(app_);
  auto* inspector =
      add_dock(QStringLiteral("inspector"), tr("Inspector"), inspector_, Qt::RightDockWidgetArea);
  tabifyDockWidget(generation, inspector);
  generation->raise();
}

QDockWidget* MainWindow::add_dock(const QString& name, const QString& title, QWidget* content,
                                  Qt::DockWidgetArea area) {
  auto* dock = new QDockWidget(title, this);
  dock->setObjectName(QStringLiteral("dock.") + name);
  dock->setWidget(content);
  dock->setFeatures(QDockWidget::DockWidgetClosable | QDockWidget::DockWidgetMovable |
                    QDockWidget::DockWidgetFloatable);
  addDockWidget(area, dock);
  dock_titles_->add(dock);
  QAction* toggle = dock->toggleViewAction();
  toggle->setText(title);
  actions_->menu(Menu::view)->insertAction(actions_->get("view.fullscreen"), toggle);
  return dock;
}

QSize MainWindow::first_size(QSize screen) {
  return kFirstSize.boundedTo(screen - QSize(0, Size::title_bar));
}

void MainWindow::restore_layout() {
  resize(first_size(screen()->availableSize()));
  auto* scenes = findChild<QDockWidget*>(QStringLiteral("dock.scenes"));
  auto* generation = findChild<QDockWidget*>(QStringLiteral("dock.generation"));
  auto* history = findChild<QDockWidget*>(QStringLiteral("dock.history"));
  const bool narrow = width() < kNarrowWindow;
  resizeDocks({scenes, generation}, {narrow ? 150 : 248, 332}, Qt::Horizontal);
  resizeDocks({generation, history}, {600, 160}, Qt::Vertical);
  const QByteArray geometry = app_->settings().geometry();
  if (!geometry.isEmpty()) restoreGeometry(geometry);
  const QByteArray layout = app_->settings().layout();
  if (!layout.isEmpty()) restoreState(layout, kLayoutVersion);
}

void MainWindow::show_instead_of(const MainWindow& other) {
  restoreGeometry(other.saveGeometry());
  restoreState(other.saveState(kLayoutVersion), kLayoutVersion);
  show();
  canvas_->show_place_of(other.canvas()->viewport());
  if (other.batch_ && other.batch_->isVisible()) show_batch();
  if (other.export_ && other.export_->isVisible()) show_export();
}

void MainWindow::showEvent(QShowEvent* event) {
  QMainWindow::showEvent(event);
  if (std::exchange(shown_, true)) return;
  canvas_->setFocus();
  QTimer::singleShot(0, this, &MainWindow::usable);
}

void MainWindow::changeEvent(QEvent* event) {
  QMainWindow::changeEvent(event);
  if (event->type() == QEvent::WindowStateChange) {
    const QSignalBlocker block(actions_->get("view.fullscreen"));
    actions_->get("view.fullscreen")->setChecked(isFullScreen());
  }
}

void MainWindow::close_now() {
  may_close_ = true;
  close();
}

void MainWindow::closeEvent(QCloseEvent* event) {
  if (!may_close_ && app_->exporter().running()) {
    event->ignore();
    QTimer::singleShot(0, this, [this] { stop_export_and_close(); });
    return;
  }
  if (!may_close_ && !std::exchange(batch_may_pause_, false) && app_->batch().running()) {
    event->ignore();
    QTimer::singleShot(0, this, [this] { pause_batch_and_close(); });
    return;
  }
  app_->growth().stop();
  app_->settings().set_window(saveGeometry(), saveState(kLayoutVersion));
  if (!may_close_ && app_->project().dirty()) {
    event->ignore();
    QTimer::singleShot(0, this, [this] { projects_->when_safe([this] { close_now(); }); });
    return;
  }
  app_->project().close();
  event->accept();
  Q_EMIT closed();
}

std::optional<std::int64_t> MainWindow::here() const {
  const auto snapshot = app_->snapshot();
  if (!snapshot || snapshot->extent.size() == 0) return std::nullopt;
  const ColumnRange selection = app_->selection();
  if (selection.size() == 0) return std::nullopt;
  return selection.begin < 0 ? selection.end - 1 : selection.begin;
}

}  // namespace equi::ui
