#pragma once

#include <QWidget>

namespace equi::ui {

// A field for numbers takes every printable key that it is offered, also those that it cannot use: with the
// cursor in it, `S` would not stop and `]` would not extend. After this it takes digits and signs only, and
// the others do what they do elsewhere.
void leave_letters_to_shortcuts(QWidget* number_field);

}  // namespace equi::ui
