#pragma once

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QLineEdit>
#include <QSpinBox>
#include <QToolButton>
#include <QWidget>
#include <functional>

#include "core/stream/settings.h"

namespace equi::ui {

class Actions;
class AppController;

// How columns are made: the seed in sight, the rest under "advanced".
class GenerationPanel : public QWidget {
  Q_OBJECT

 public:
  GenerationPanel(AppController* app, Actions* actions, QWidget* parent = nullptr);

  QLineEdit* seed() const { return seed_; }
  QToolButton* lock() const { return lock_; }
  QComboBox* solver() const { return solver_; }
  QComboBox* schedule() const { return schedule_; }
  QDoubleSpinBox* guidance() const { return guidance_; }
  QSpinBox* evaluations() const { return evaluations_; }
  QString scene_text() const { return scene_->text(); }

 private:
  QWidget* seed_row();
  QWidget* advanced();
  void show_seed();
  void show_settings();
  void connect_settings();
  void change(const std::function<void(stream::GenerationSettings&)>& edit);
  void show_scene();

  AppController* app_;
  Actions* actions_;
  QLabel* scene_;
  QLineEdit* seed_;
  QToolButton* lock_;
  QToolButton* disclosure_;
  QWidget* advanced_;
  QDoubleSpinBox* guidance_;
  QComboBox* schedule_;
  QComboBox* solver_;
  QComboBox* grid_;
  QSpinBox* evaluations_;
  QComboBox* positions_;
  QSpinBox* ramp_;
  QSpinBox* variations_;
  QLabel* hint_;
};

}  // namespace equi::ui
