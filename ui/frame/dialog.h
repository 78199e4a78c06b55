#pragma once

#include <QBoxLayout>
#include <QDialog>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>

namespace equi::ui {

// A dialog in the house's look: margins, an optional heading with a line of explanation, content, buttons.
class HouseDialog : public QDialog {
  Q_OBJECT

 public:
  HouseDialog(const QString& title, QWidget* parent);

 protected:
  void showEvent(QShowEvent* event) override;  // no larger than its screen
  void set_heading(const QString& heading, const QString& text = {});
  QVBoxLayout* content() const { return content_; }
  QDialogButtonBox* add_buttons(QDialogButtonBox::StandardButtons buttons);

 private:
  QVBoxLayout* outer_;
  QVBoxLayout* content_;
};

// Labels of a form in the middle of their fields' first line, as wide as the widest, also of hidden rows.
void align_labels(QFormLayout* form);

// A question with the house's buttons; returns the index of the answer, -1 for Escape. The first answer is
// the default, `danger` (or -1) is drawn as the one that loses something.
int ask(QWidget* parent, const QString& title, const QString& text, const QStringList& answers,
        int danger = -1);

}  // namespace equi::ui
