#pragma once

#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QStackedWidget>
#include <QToolButton>
#include <QWidget>

#include "ui/scenes/scene_model.h"

namespace equi::ui {

class AppController;

// The scenes of the model as cards with a search field and favourites. A click, or Enter, starts a panorama;
// a drag carries the scene to the canvas; * marks a favourite.
class ScenePanel : public QWidget {
  Q_OBJECT

 public:
  explicit ScenePanel(AppController* app, QWidget* parent = nullptr);

  QListView* list() const { return list_; }
  QLineEdit* search() const { return search_; }

 Q_SIGNALS:
  void chosen(qint64 scene);
  void models_wanted();

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void update_state();
  void show_scene();
  void toggle_favourite(const QModelIndex& index);
  void context_menu(const QPoint& position);

  AppController* app_;
  SceneModel* model_;
  SceneFilter* filter_;
  QLineEdit* search_;
  QToolButton* favourites_;
  QStackedWidget* pages_;
  QListView* list_;
  QLabel* message_;
  QWidget* no_model_;
  std::int64_t shown_scene_ = -1;  // the canvas's, as it was last selected
};

}  // namespace equi::ui
