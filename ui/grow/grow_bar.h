#pragma once

#include <QLabel>
#include <QProgressBar>
#include <QSpinBox>
#include <QToolButton>
#include <QWidget>

namespace equi::ui {

class Actions;
class AppController;

// Under the canvas: extend to the left, how far, extend to the right; in the middle what is going on, and
// Stop.
class GrowBar : public QWidget {
  Q_OBJECT

 public:
  GrowBar(AppController* app, Actions* actions, QWidget* parent = nullptr);

  QSpinBox* amount() const { return amount_; }
  QLabel* status() const { return status_; }
  QSize minimumSizeHint() const override;

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  QToolButton* button(const char* action, bool with_text);
  void update_progress();

  AppController* app_;
  Actions* actions_;
  QSpinBox* amount_;
  QProgressBar* bar_;
  QLabel* status_;
  QToolButton* stop_;
  QList<QToolButton*> texts_;
};

// "12 s", "3 min", "2 h 10 min".
QString readable_seconds(double seconds);

}  // namespace equi::ui
