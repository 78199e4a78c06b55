#pragma once

#include <QCheckBox>
#include <QComboBox>
#include <QSpinBox>

#include "ui/frame/dialog.h"

namespace equi::ui {

class AppController;
class Theme;

// Preferences take effect as they are changed.
class PreferencesDialog : public HouseDialog {
  Q_OBJECT

 public:
  PreferencesDialog(AppController* app, Theme* theme, QWidget* parent);

  QComboBox* theme_box() const { return theme_box_; }
  QComboBox* language_box() const { return language_; }

 Q_SIGNALS:
  void language_changed();  // the windows are to be made again

 private:
  QComboBox* theme_box_;
  QComboBox* language_;
};

}  // namespace equi::ui
