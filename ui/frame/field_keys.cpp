#include "ui/frame/field_keys.h"

#include <QKeyEvent>

namespace equi::ui {
namespace {

class Filter : public QObject {
 public:
  using QObject::QObject;

  bool eventFilter(QObject* watched, QEvent* event) override {
    if (event->type() == QEvent::ShortcutOverride) {
      const auto* key = static_cast<QKeyEvent*>(event);
      const QString text = key->text();
      const bool plain = (key->modifiers() & ~(Qt::ShiftModifier | Qt::KeypadModifier)) == 0;
      const bool number = text.size() == 1 && (text[0].isDigit() || QStringLiteral(".,-+").contains(text[0]));
      if (plain && text.size() == 1 && text[0].isPrint() && !number) {
        event->ignore();
        return true;
      }
    }
    return QObject::eventFilter(watched, event);
  }
};

}  // namespace

void leave_letters_to_shortcuts(QWidget* number_field) {
  number_field->installEventFilter(new Filter(number_field));
}

}  // namespace equi::ui
