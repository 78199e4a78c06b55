#pragma once

#include <QLabel>
#include <QMainWindow>
#include <QPointer>
#include <QPushButton>
#include <QStackedWidget>

#include "ui/app_controller.h"
#include "ui/canvas/canvas_view.h"
#include "ui/canvas/overview_strip.h"
#include "ui/frame/actions.h"
#include "ui/frame/empty_state.h"
#include "ui/frame/message_bar.h"
#include "ui/frame/notifier.h"
#include "ui/frame/status_line.h"
#include "ui/grow/generation_panel.h"
#include "ui/grow/grow_bar.h"
#include "ui/history/history_panel.h"
#include "ui/project/project_actions.h"
#include "ui/scenes/scene_panel.h"
#include "ui/theme/theme.h"

namespace equi::ui {

class BatchDialog;
class DockTitles;
class ExportDialog;
class InspectorPanel;

// The one window. It joins the parts: what happens in a part is told to the controller, what the controller
// says is shown. How to add
//   a dock:    add_dock("name", title, widget, area) in make_docks();
//   an action: a line in action_table.cpp, then actions_->on("room.verb", this, ...) in connect_actions();
//   a dialog:  a QDialog with an AppController*, opened by an action.
class MainWindow : public QMainWindow {
  Q_OBJECT

 public:
  MainWindow(AppController* app, Theme* theme, QWidget* parent = nullptr);
  ~MainWindow() override;

  CanvasView* canvas() const { return canvas_; }
  OverviewStrip* overview() const { return overview_; }
  ScenePanel* scenes() const { return scenes_; }
  GenerationPanel* generation() const { return generation_; }
  HistoryPanel* history() const { return history_; }
  InspectorPanel* inspector() const { return inspector_; }
  GrowBar* grow_bar() const { return grow_bar_; }
  MessageBar* messages() const { return messages_; }
  Actions* actions_table() const { return actions_; }
  AppController* app() const { return app_; }
  ProjectActions* projects() const { return projects_; }
  Notifier* notifier() const { return notifier_; }
  StatusLine* status() const { return status_; }

  // Beside the window, one of each; what they started goes on when they are closed.
  ExportDialog* show_export();
  BatchDialog* show_batch();

  // Shows itself in the place of another window on the same controller: as large, the same docks, the same
  // place of the canvas.
  void show_instead_of(const MainWindow& other);

  // Of the first start; its frame and all of it are on a screen of this size.
  static QSize first_size(QSize screen);

  // Closes without asking about unsaved changes.
  void close_now();

  // Registers a dock under the Window part of the View menu; its place is remembered.
  QDockWidget* add_dock(const QString& name, const QString& title, QWidget* content, Qt::DockWidgetArea area);

  // The column that "from here" means: the first selected one; without a selection the end that grew last.
  std::optional<std::int64_t> here() const;

 Q_SIGNALS:
  // Once the first frame has been shown.
  void usable();
  // Another language was chosen: the window is to be made again.
  void language_changed();
  void closed();

 protected:
  void closeEvent(QCloseEvent* event) override;
  void showEvent(QShowEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  void make_center();
  void make_docks();
  void make_tool_bar();
  void connect_actions();
  void connect_canvas();
  void connect_inspector();
  void connect_export();
  void connect_batch();
  void stop_export_and_close();
  void pause_batch_and_close();
  void connect_app();
  void restore_layout();
  void update_actions();
  void update_title();
  void update_center();
  void show_canvas();
  void show_variations();
  void show_scene_change();
  void show_preferences();
  void canvas_menu(const QPoint& global);

  AppController* app_;
  Theme* theme_;
  Actions* actions_;
  CanvasView* canvas_ = nullptr;
  OverviewStrip* overview_ = nullptr;
  ScenePanel* scenes_ = nullptr;
  GenerationPanel* generation_ = nullptr;
  HistoryPanel* history_ = nullptr;
  InspectorPanel* inspector_ = nullptr;
  GrowBar* grow_bar_ = nullptr;
  MessageBar* messages_ = nullptr;
  StatusLine* status_ = nullptr;
  ProjectActions* projects_ = nullptr;
  Notifier* notifier_ = nullptr;
  DockTitles* dock_titles_;
  EmptyState* welcome_ = nullptr;
  QPointer<ExportDialog> export_;
  QPointer<BatchDialog> batch_;
  QPushButton* welcome_photo_ = nullptr;   // with a model
  QPushButton* welcome_models_ = nullptr;  // without one
  bool shown_ = false;
  bool may_close_ = false;
  bool batch_may_pause_ = false;  // by closing
};

}  // namespace equi::ui
