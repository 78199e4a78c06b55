// What the main window's actions do, and how the parts hear of each other.
#include <QApplication>
#include <QClipboard>

#include "ui/canvas/tile_turns.h"
#include "ui/frame/about_dialog.h"
#include "ui/frame/log_dialog.h"
#include "ui/frame/main_window.h"
#include "ui/frame/preferences_dialog.h"
#include "ui/frame/shortcuts_dialog.h"
#include "ui/grow/variations_dialog.h"
#include "ui/models/models_dialog.h"
#include "ui/scenes/scene_dialog.h"

namespace equi::ui {

using engine::FrameId;

void MainWindow::connect_actions() {
  Growth& growth = app_->growth();
  actions_->on("file.close", this, [this] { close(); });
  actions_->on("file.quit", this, [this] { close(); });

  actions_->on("edit.preferences", this, [this] { show_preferences(); });
  actions_->on("tools.models", this, [this] { ModelsDialog(app_, this).exec(); });
  actions_->on("help.shortcuts", this, [this] { ShortcutsDialog(*actions_, this).exec(); });
  actions_->on("help.about", this, [this] { AboutDialog(*app_, this).exec(); });
  actions_->on("help.log", this, [this] {
    auto* dialog = new LogDialog(app_->log(), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->show();
  });

  actions_->on("edit.undo", this, [this] { app_->studio().undo(); });
  actions_->on("edit.redo", this, [this] { app_->studio().redo(); });
  actions_->on("edit.copy_seed", this, [this] {
    QApplication::clipboard()->setText(QString::number(app_->growth().seed()));
    messages_->show_message(MessageBar::Kind::note, tr("Seed %1 copied").arg(app_->growth().seed()));
  });
  actions_->on("edit.select_all", this, [this] { canvas_->select(canvas_->viewport().extent()); });

  actions_->on("view.zoom_in", this, [this] { canvas_->zoom_in(); });
  actions_->on("view.zoom_out", this, [this] { canvas_->zoom_out(); });
  actions_->on("view.fit", this, [this] { canvas_->fit(); });
  actions_->on("view.actual", this, [this] { canvas_->actual_size(); });
  actions_->on("view.first", this, [this] { canvas_->go_to_end(FrameId::mirrored); });
  actions_->on("view.last", this, [this] { canvas_->go_to_end(FrameId::forward); });
  actions_->get("view.follow")->setChecked(app_->settings().follow());
  actions_->on_toggled("view.follow", this, [this](bool on) {
    app_->settings().set_follow(on);
    canvas_->set_following(on);
  });
  actions_->get("view.grid")->setChecked(app_->settings().grid());
  actions_->on_toggled("view.grid", this, [this](bool on) {
    app_->settings().set_grid(on);
    canvas_->set_grid(on);
  });
  actions_->on_toggled("view.fullscreen", this,
                       [this](bool on) { setWindowState(windowState().setFlag(Qt::WindowFullScreen, on)); });

  actions_->on("grow.left", &growth, [&growth] { growth.extend(FrameId::mirrored); });
  actions_->on("grow.right", &growth, [&growth] { growth.extend(FrameId::forward); });
  actions_->on("grow.keep_left", &growth, [&growth] { growth.keep_going(FrameId::mirrored); });
  actions_->on("grow.keep_right", &growth, [&growth] { growth.keep_going(FrameId::forward); });
  actions_->on("grow.stop", &growth, [&growth] { growth.stop(); });
  actions_->get("grow.auto")->setChecked(growth.auto_extend());
  actions_->on_toggled("grow.auto", &growth, [&growth](bool on) { growth.set_auto_extend(on); });
  actions_->on("grow.reroll", &growth, [&growth] { growth.reroll(); });
  actions_->on("grow.regenerate", this, [this] {
    if (const auto column = here()) app_->growth().regenerate(*column);
  });
  actions_->on("grow.variations", this, [this] { show_variations(); });
  actions_->on("grow.scene", this, [this] { show_scene_change(); });
  actions_->on("grow.cut", this, [this] {
    if (const auto column = here()) app_->growth().cut_off(*column);
  });
}

void MainWindow::connect_canvas() {
  new TileTurns(app_, canvas_, overview_);
  connect(overview_, &OverviewStrip::jump, canvas_, &CanvasView::center_on_column);
  connect(canvas_, &CanvasView::selection_changed, app_, &AppController::set_selection);
  connect(canvas_, &CanvasView::view_changed, this, [this] {
    overview_->show_viewport(canvas_->viewport());
    status_->show_zoom(canvas_->viewport());
  });
  connect(canvas_, &CanvasView::hovered, status_, &StatusLine::show_position);
  connect(canvas_, &CanvasView::hover_left, status_, &StatusLine::clear_position);
  connect(canvas_, &CanvasView::moved_by_hand, this, [this] {
    const Viewport& view = canvas_->viewport();
    if (view.extent().size() == 0) return;
    const ColumnRange visible = view.visible();
    if (visible.end > view.extent().end) {
      app_->growth().near_end(FrameId::forward);
    } else if (visible.begin < view.extent().begin) {
      app_->growth().near_end(FrameId::mirrored);
    }
  });
  connect(canvas_, &CanvasView::files_dropped, this, [this](const QStringList& paths) {
    if (!paths.isEmpty()) projects_->open(paths.first());
  });
  connect(canvas_, &CanvasView::picture_dropped, this,
          [this](const QImage& picture) { app_->import_photo(picture); });
  connect(canvas_, &CanvasView::scene_dropped, this, [this](qint64 scene, qint64 column) {
    app_->growth().change_scene(column, scene, app_->settings().ramp());
  });
  connect(canvas_, &CanvasView::context_menu_wanted, this, &MainWindow::canvas_menu);
  connect(scenes_, &ScenePanel::chosen, &app_->growth(), &Growth::start_scene);
  connect(scenes_, &ScenePanel::models_wanted, actions_->get("tools.models"), &QAction::trigger);
}

void MainWindow::connect_app() {
  connect(app_, &AppController::canvas_changed, this, &MainWindow::show_canvas);
  connect(app_, &AppController::engine_changed, this, &MainWindow::show_canvas);
  connect(app_, &AppController::pixels_ready, canvas_, &CanvasView::pixels_ready);
  connect(app_, &AppController::pixels_ready, overview_, QOverload<>::of(&QWidget::update));
  connect(app_, &AppController::failed, messages_, &MessageBar::show_error);
  connect(app_, &AppController::notice, this,
          [this](const QString& text) { messages_->show_message(MessageBar::Kind::note, text); });
  connect(app_, &AppController::warned, this, [this](const QString& title, const QString& text) {
    messages_->show_message(MessageBar::Kind::warning, title, text);
  });
  connect(app_, &AppController::selection_changed, this, &MainWindow::update_actions);
  connect(&app_->growth(), &Growth::running_changed, this, &MainWindow::update_actions);
  connect(&app_->host(), &ModelHost::loading_changed, this, &MainWindow::update_actions);
  connect(&app_->library(), &ModelLibrary::changed, this, &MainWindow::update_center);
  connect(&app_->project(), &ProjectKeeper::changed, this, &MainWindow::update_title);
  connect(&app_->project(), &ProjectKeeper::changed, this, &MainWindow::update_actions);
  connect(theme_, &Theme::changed, this, [this] {
    canvas_->update();
    overview_->update();
  });
}

void MainWindow::show_variations() {
  const auto snapshot = app_->snapshot();
  if (!snapshot || snapshot->extent.size() == 0) return;
  app_->growth().stop();
  VariationsDialog(app_, here().value_or(snapshot->extent.end), this).exec();
}

void MainWindow::show_scene_change() {
  const auto snapshot = app_->snapshot();
  if (!snapshot || snapshot->extent.size() == 0) return;
  const std::int64_t column = here().value_or(snapshot->extent.end);
  SceneDialog dialog(app_, column, this);
  if (dialog.exec() != QDialog::Accepted || !dialog.scene()) return;
  app_->growth().change_scene(column, *dialog.scene(), dialog.ramp());
}

void MainWindow::show_preferences() {
  bool other_language = false;
  PreferencesDialog dialog(app_, theme_, this);
  connect(&dialog, &PreferencesDialog::language_changed, this, [&] { other_language = true; });
  dialog.exec();
  if (other_language) Q_EMIT language_changed();
}

void MainWindow::show_canvas() {
  const auto engine = app_->engine();
  const int height = engine ? engine->picture_height() : 256;
  const int pixels = engine ? engine->column_pixels() : 16;
  canvas_->show_snapshot(app_->snapshot(), height, pixels);
  overview_->show_snapshot(app_->snapshot(), height, pixels);
  overview_->show_viewport(canvas_->viewport());
  status_->show_zoom(canvas_->viewport());
  update_actions();
  update_center();
}

void MainWindow::update_center() {
  const auto snapshot = app_->snapshot();
  const bool empty = !snapshot || snapshot->extent.size() == 0;
  welcome_->setVisible(empty && !app_->growth().running());
  const bool waiting = app_->host().loading() || !app_->library().scanned();
  welcome_photo_->setVisible(app_->engine() != nullptr);
  welcome_models_->setVisible(app_->engine() == nullptr && !waiting);
  if (waiting) {
    welcome_->set_text(tr("Loading the model…"), tr("The first scene is a moment away."));
  } else if (app_->engine()) {
    welcome_->set_text(tr("Start a panorama"),
                       tr("Click a scene on the left, or drop a photo here to continue it on both sides."));
  } else if (app_->host().problem()) {
    welcome_->set_text(tr("The model could not be loaded"), describe(*app_->host().problem()).detail);
  } else {
    welcome_->set_text(tr("No model yet"),
                       tr("A model makes the pictures. Import one, or look where models are searched for."));
  }
}

void MainWindow::update_actions() {
  const auto snapshot = app_->snapshot();
  const bool model = app_->engine() != nullptr && !app_->replacing();
  const bool canvas = snapshot != nullptr && model;
  const bool columns = canvas && snapshot->extent.size() > 0;
  const bool running = app_->growth().running();
  actions_->set_enabled({"file.new", "file.photo", "file.settings", "edit.paste"}, model);
  actions_->set_enabled({"file.save", "file.save_as"}, canvas);
  actions_->set_enabled({"grow.left", "grow.right", "grow.keep_left", "grow.keep_right", "grow.reroll",
                         "grow.scene", "edit.select_all", "view.first", "view.last", "file.export"},
                        columns);
  const auto column = here();
  const bool photo = column && app_->growth().in_photo(*column);
  actions_->set_enabled({"grow.stop"}, running);
  actions_->set_enabled({"grow.regenerate", "grow.cut"}, columns && column && !photo);
  actions_->set_enabled({"grow.variations"}, columns && !photo);
  actions_->get("edit.undo")->setEnabled(canvas && snapshot->can_undo);
  actions_->get("edit.redo")->setEnabled(canvas && snapshot->can_redo);
  update_center();
}

void MainWindow::update_title() {
  setWindowTitle(QStringLiteral("%1[*] — EquiCanvas").arg(app_->project().title()));
  setWindowModified(app_->project().dirty());
  setWindowFilePath(app_->project().path());
}

void MainWindow::canvas_menu(const QPoint& global) {
  QMenu menu;
  for (const char* id : {"grow.regenerate", "grow.variations", "grow.scene", "grow.cut"}) {
    menu.addAction(actions_->get(id));
  }
  menu.addSeparator();
  for (const char* id : {"grow.left", "grow.right", "view.fit", "view.actual"})
    menu.addAction(actions_->get(id));
  menu.exec(global);
}

}  // namespace equi::ui
