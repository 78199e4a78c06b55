#include "tests/ui/monkey.h"

#include <QDesktopServices>
#include <QDialog>
#include <QFileDialog>
#include <QMenu>
#include <QMenuBar>
#include <QWheelEvent>

namespace equi::ui::testing {
namespace {

constexpr int kTendMs = 120;

constexpr const char* kActions[] = {
    "file.new",        "edit.undo",         "edit.redo",       "edit.paste",       "edit.select_all",
    "edit.copy_seed",  "view.zoom_in",      "view.zoom_out",   "view.fit",         "view.actual",
    "view.first",      "view.last",         "view.follow",     "view.grid",        "grow.left",
    "grow.right",      "grow.keep_left",    "grow.keep_right", "grow.stop",        "grow.auto",
    "grow.reroll",     "grow.regenerate",   "grow.variations", "grow.scene",       "grow.cut",
    "help.shortcuts",  "help.about",        "help.log",        "edit.preferences", "tools.models",
    "tools.inspector", "tools.equivariance"};

constexpr int kKeys[] = {Qt::Key_Tab,    Qt::Key_Space,    Qt::Key_Return, Qt::Key_Escape, Qt::Key_Left,
                         Qt::Key_Right,  Qt::Key_Up,       Qt::Key_Down,   Qt::Key_Home,   Qt::Key_End,
                         Qt::Key_Plus,   Qt::Key_Minus,    Qt::Key_1,      Qt::Key_2,      Qt::Key_F,
                         Qt::Key_G,      Qt::Key_R,        Qt::Key_S,      Qt::Key_I,      Qt::Key_Delete,
                         Qt::Key_PageUp, Qt::Key_Backspace};

constexpr const char* kSchemes[] = {"file", "http", "https"};

}  // namespace

NoBrowser::NoBrowser() {
  for (const char* scheme : kSchemes) QDesktopServices::setUrlHandler(QLatin1String(scheme), this, "open");
}

NoBrowser::~NoBrowser() {
  for (const char* scheme : kSchemes) QDesktopServices::unsetUrlHandler(QLatin1String(scheme));
}

Monkey::Monkey(MainWindow* window, unsigned seed, Heartbeat* heart)
    : window_(window), random_(seed), heart_(heart) {
  tend_popups();
}

Qt::KeyboardModifiers Monkey::modifiers() {
  const int which = pick(6);
  return which == 0 ? Qt::ShiftModifier : which == 1 ? Qt::ControlModifier : Qt::NoModifier;
}

void Monkey::step() {
  ++steps_;
  switch (pick(9)) {
    case 0: {
      QAbstractItemModel* scenes = window_->scenes()->list()->model();
      if (scenes->rowCount() == 0) break;
      const QModelIndex index = scenes->index(pick(scenes->rowCount()), 0);
      heart_->doing(QStringLiteral("click scene"));
      Q_EMIT window_->scenes()->list()->clicked(index);
      break;
    }
    case 1:
      heart_->doing(QStringLiteral("resize"));
      window_->resize(700 + pick(1200), 480 + pick(600));
      break;
    case 2:
    case 3:
      at_canvas();
      break;
    case 4:
      press_a_key(window_);
      break;
    case 5:
    case 6:
      click_somewhere(window_);
      break;
    default:
      at_actions();
      break;
  }
}

void Monkey::at_actions() {
  const char* id = kActions[pick(static_cast<int>(std::size(kActions)))];
  heart_->doing(QLatin1String(id));
  window_->actions_table()->get(id)->trigger();
}

void Monkey::at_canvas() {
  CanvasView* canvas = window_->canvas();
  const QPoint at(pick(canvas->width()), pick(canvas->height()));
  switch (pick(4)) {
    case 0:
      heart_->doing(QStringLiteral("click canvas"));
      QTest::mouseClick(canvas, Qt::LeftButton, modifiers(), at);
      break;
    case 1: {
      heart_->doing(QStringLiteral("wheel"));
      QWheelEvent wheel(at, canvas->mapToGlobal(at), {}, {0, 120 * (pick(7) - 3)}, Qt::NoButton,
                        Qt::NoModifier, Qt::NoScrollPhase, false);
      QApplication::sendEvent(canvas, &wheel);
      break;
    }
    case 2:
      heart_->doing(QStringLiteral("drag canvas"));
      QTest::mousePress(canvas, Qt::LeftButton, {}, at);
      QTest::mouseMove(canvas, at + QPoint(pick(200) - 100, pick(60) - 30));
      QTest::mouseRelease(canvas, Qt::LeftButton, {}, at);
      break;
    default:
      heart_->doing(QStringLiteral("double-click canvas"));
      QTest::mouseDClick(canvas, Qt::LeftButton, {}, at);
      break;
  }
}

void Monkey::click_somewhere(QWidget* top) {
  const QPoint at(pick(top->width()), pick(top->height()));
  QWidget* hit = top->childAt(at);
  if (hit == nullptr || !hit->isEnabled() || qobject_cast<QMenuBar*>(hit) != nullptr) return;
  heart_->doing(QStringLiteral("click %1 %2 in %3")
                    .arg(QLatin1String(hit->metaObject()->className()), hit->accessibleName(),
                         QLatin1String(top->metaObject()->className())));
  const QPoint inside = hit->mapFrom(top, at);
  const QPointer<QWidget> alive(hit);
  const auto button = pick(8) == 0 ? Qt::RightButton : Qt::LeftButton;
  QTest::mousePress(hit, button, {}, inside);
  if (alive) QTest::mouseRelease(hit, button, {}, inside);
}

void Monkey::press_a_key(QWidget* top) {
  QWidget* focus = QApplication::focusWidget();
  if (focus == nullptr || focus->window() != top->window()) focus = top;
  const auto key = static_cast<Qt::Key>(kKeys[pick(static_cast<int>(std::size(kKeys)))]);
  const auto held = pick(4) == 0 ? Qt::ShiftModifier : Qt::NoModifier;
  heart_->doing(QStringLiteral("key %1 at %2")
                    .arg(QKeySequence(key).toString(), QLatin1String(focus->metaObject()->className())));
  QTest::keyClick(focus, key, held);
}

// Each turn is a timer of its own: what it does may open a dialog with an event loop, which needs the next.
void Monkey::tend_popups() {
  QTimer::singleShot(kTendMs, this, [this] { tend_popups(); });
  if (QWidget* popup = QApplication::activePopupWidget()) {
    popup->close();
    return;
  }
  QWidget* dialog = QApplication::activeModalWidget();
  if (dialog == nullptr) {
    for (QWidget* each : QApplication::topLevelWidgets()) {
      if (each != window_ && each->isVisible() && qobject_cast<QDialog*>(each) != nullptr) dialog = each;
    }
    if (dialog == nullptr || pick(3) != 0) return;
  }
  ++steps_;
  const int deed = qobject_cast<QFileDialog*>(dialog) != nullptr ? 0 : pick(5);
  if (deed == 0) {
    heart_->doing(QStringLiteral("close %1").arg(QLatin1String(dialog->metaObject()->className())));
    dialog->close();
  } else if (deed < 4) {
    click_somewhere(dialog);
  } else {
    press_a_key(dialog);
  }
}

}  // namespace equi::ui::testing
