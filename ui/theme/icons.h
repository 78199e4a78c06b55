#pragma once

#include <QIcon>
#include <QPixmap>
#include <QString>

namespace equi::ui {

// One of our line icons (resources/icons/NAME.svg), drawn in the theme's text colour, muted when disabled, in
// the accent colour when it is switched on. Follows a change of theme and every scale by itself. An unknown
// name gives an empty icon.
QIcon icon(const QString& name);

// The same as a picture in one colour. `size` in logical pixels, `ratio` is the device pixel ratio.
QPixmap icon_pixmap(const QString& name, int size, const QColor& color, double ratio);

}  // namespace equi::ui
