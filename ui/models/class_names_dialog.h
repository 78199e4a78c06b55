#pragma once

#include <QPlainTextEdit>
#include <string>
#include <vector>

#include "ui/frame/dialog.h"

namespace equi::ui {

// The names of a model's classes, one a line; as many lines as there are classes.
class ClassNamesDialog : public HouseDialog {
  Q_OBJECT

 public:
  ClassNamesDialog(const std::vector<std::string>& names, QWidget* parent);
  std::vector<std::string> names() const;

 private:
  void check();

  std::size_t count_;
  QPlainTextEdit* text_;
  QLabel* status_;
  QPushButton* accept_;
};

}  // namespace equi::ui
