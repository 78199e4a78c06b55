#include "ui/theme/stylesheet.h"

#include <QFile>
#include <iterator>
#include <utility>

namespace equi::ui {

QString stylesheet(const Colors& c) {
  QFile file(QStringLiteral(":/theme/equicanvas.qss"));
  if (!file.open(QIODevice::ReadOnly)) return {};
  QString text = QString::fromUtf8(file.readAll());
  const std::pair<const char*, QString> values[] = {
      {"@window", c.window.name()},
      {"@surface", c.surface.name()},
      {"@raised", c.raised.name()},
      {"@canvas", c.canvas.name()},
      {"@field", c.field.name()},
      {"@border", c.border.name()},
      {"@outline", c.outline.name()},
      {"@hover", c.hover.name()},
      {"@text-muted", c.text_muted.name()},
      {"@text-faint", c.text_faint.name()},
      {"@text", c.text.name()},
      {"@accent-hover", c.accent_hover.name()},
      {"@accent-soft", c.accent_soft.name()},
      {"@accent", c.accent.name()},
      {"@on-accent", c.on_accent.name()},
      {"@danger", c.danger.name()},
      {"@warning", c.warning.name()},
      {"@shade", c.dark ? QStringLiteral("dark") : QStringLiteral("light")},
      {"@small-pt", QString::number(role_font(TextRole::small).pointSizeF(), 'f', 1)},
      {"@heading-pt", QString::number(role_font(TextRole::heading).pointSizeF(), 'f', 1)},
      {"@title-pt", QString::number(role_font(TextRole::title).pointSizeF(), 'f', 1)},
      {"@radius-large", QString::number(Size::radius_large)},
      {"@radius", QString::number(Size::radius)},
      {"@control", QString::number(Size::control)},
  };
  for (const auto& [token, value] : values) text.replace(QLatin1String(token), value);
  return text;
}

}  // namespace equi::ui
