#pragma once

#include <QUrl>
#include <random>

#include "tests/ui/heartbeat.h"
#include "tests/ui/ui_fixture.h"

namespace equi::ui::testing {

// While it lives, nothing goes to the desktop's browser and file manager.
class NoBrowser : public QObject {
  Q_OBJECT

 public:
  NoBrowser();
  ~NoBrowser() override;
 public Q_SLOTS:
  void open(const QUrl&) {}
};

// Random clicks, wheels, keys, drags and actions at a window and at whatever dialog comes of them; the same
// for the same seed as far as the window is the same. Leaves out what would end the window or open a file
// dialog of the desktop's.
class Monkey : public QObject {
 public:
  Monkey(MainWindow* window, unsigned seed, Heartbeat* heart);

  void step();  // one deed at the window
  int steps() const { return steps_; }

 private:
  int pick(int count) { return static_cast<int>(random_() % static_cast<unsigned>(count)); }
  Qt::KeyboardModifiers modifiers();
  void at_canvas();
  void at_actions();
  void click_somewhere(QWidget* top);
  void press_a_key(QWidget* top);
  void tend_popups();  // menus are closed; dialogs are clicked at a few times, then closed

  MainWindow* window_;
  std::mt19937 random_;
  Heartbeat* heart_;
  int steps_ = 0;
};

}  // namespace equi::ui::testing
