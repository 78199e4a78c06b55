#pragma once

#include "ui/frame/dialog.h"

namespace equi::ui {

class AppController;

// What this is, which versions are at work, whose work it stands on.
class AboutDialog : public HouseDialog {
  Q_OBJECT

 public:
  AboutDialog(const AppController& app, QWidget* parent);
};

}  // namespace equi::ui
