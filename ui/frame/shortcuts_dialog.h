#pragma once

#include "ui/frame/dialog.h"

namespace equi::ui {

class Actions;

// Every key, by menu, with a search field; made from the action table.
class ShortcutsDialog : public HouseDialog {
  Q_OBJECT

 public:
  ShortcutsDialog(const Actions& actions, QWidget* parent);
};

}  // namespace equi::ui
