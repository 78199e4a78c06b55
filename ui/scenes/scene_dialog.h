#pragma once

#include <QDialogButtonBox>
#include <QLineEdit>
#include <QListView>
#include <QSpinBox>

#include "ui/frame/dialog.h"
#include "ui/scenes/scene_model.h"

namespace equi::ui {

class AppController;

// "Change scene from here": which scene, and over how many columns the panorama morphs into it.
class SceneDialog : public HouseDialog {
  Q_OBJECT

 public:
  SceneDialog(AppController* app, std::int64_t column, QWidget* parent);

  std::optional<std::int64_t> scene() const;
  int ramp() const { return ramp_->value(); }
  QListView* list() const { return list_; }
  QLineEdit* search() const { return search_; }

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  QLineEdit* search_;
  SceneFilter* filter_;
  QListView* list_;
  QSpinBox* ramp_;
};

}  // namespace equi::ui
