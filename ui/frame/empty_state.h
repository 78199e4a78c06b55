#pragma once

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QWidget>

namespace equi::ui {

// What stands where there is nothing yet: an icon, what this place is for, and what to do.
class EmptyState : public QWidget {
  Q_OBJECT

 public:
  EmptyState(const QString& icon, const QString& title, const QString& text, QWidget* parent = nullptr);

  QPushButton* add_button(const QString& text, bool primary = false);
  void set_text(const QString& title, const QString& text);
  QSize minimumSizeHint() const override;

 protected:
  void changeEvent(QEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;

 private:
  void draw_icon();
  void fit_text();

  QString icon_name_;
  QLabel* icon_;
  QLabel* title_;
  QLabel* text_;
  QHBoxLayout* buttons_;
};

}  // namespace equi::ui
