#pragma once

#include <QHBoxLayout>
#include <QLabel>
#include <QTimer>
#include <QToolButton>
#include <QWidget>
#include <functional>

#include "core/base/error.h"

namespace equi::ui {

// A line above the canvas that says what happened and what can be done, without a box in the way. The newest
// message replaces the one before; errors stay until they are closed.
class MessageBar : public QWidget {
  Q_OBJECT

 public:
  enum class Kind { note, warning, error };
  struct Button {
    QString text;
    std::function<void()> work;
  };

  explicit MessageBar(QWidget* parent = nullptr);

  void show_message(Kind kind, const QString& title, const QString& detail = {},
                    const QList<Button>& buttons = {});
  void show_error(const Error& error);
  QString text() const;  // what is shown now, empty when nothing

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void clear_buttons();
  void draw_icon();

  Kind kind_ = Kind::note;
  QLabel* icon_;
  QLabel* label_;
  QHBoxLayout* buttons_;
  QToolButton* close_;
  QTimer timer_;
};

}  // namespace equi::ui
