#pragma once

#include "ui/frame/dialog.h"
#include "ui/log.h"

class QPlainTextEdit;

namespace equi::ui {

// What the program has done, newest at the bottom; can be copied and saved.
class LogDialog : public HouseDialog {
  Q_OBJECT

 public:
  LogDialog(const Log& log, QWidget* parent);

 private:
  void refresh();

  const Log& log_;
  QPlainTextEdit* text_;
};

}  // namespace equi::ui
