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
// message replaces the one before; errors stay until they are closed. A message with buttons is an offer:
// when another one takes its place it comes back after that, until it is closed or withdrawn.
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
  // An offer that has become pointless, shown or waiting.
  void withdraw(const QString& title);
  QString text() const;  // what is shown now, empty when nothing
  int waiting() const { return static_cast<int>(waiting_.size()); }
  QToolButton* close_button() const { return close_; }
  QToolButton* more_button() const { return more_; }

 protected:
  void changeEvent(QEvent* event) override;

 private:
  struct Message {
    Kind kind = Kind::note;
    QString title, detail;
    QList<Button> buttons;
  };
  void put(Message message);
  void dismiss();  // what is shown; the next one that waits takes its place
  void show_next();
  void keep_shown(qsizetype place);
  void clear_buttons();
  void draw_icon();

  Message shown_;
  QList<Message> waiting_;  // offers, the next one last
  QLabel* icon_;
  QLabel* label_;
  QToolButton* more_;
  QHBoxLayout* buttons_;
  QToolButton* close_;
  QTimer timer_;
};

}  // namespace equi::ui
