#include "ui/theme/theme.h"

#include <QApplication>
#include <QPalette>
#include <QStyleFactory>

#include "ui/theme/stylesheet.h"
#include "ui/theme/system_scheme.h"

namespace equi::ui {
namespace {

QPalette palette_of(const Colors& c) {
  QPalette palette;
  palette.setColor(QPalette::Window, c.window);
  palette.setColor(QPalette::WindowText, c.text);
  palette.setColor(QPalette::Base, c.field);
  palette.setColor(QPalette::AlternateBase, c.surface);
  palette.setColor(QPalette::ToolTipBase, c.raised);
  palette.setColor(QPalette::ToolTipText, c.text);
  palette.setColor(QPalette::PlaceholderText, c.text_faint);
  palette.setColor(QPalette::Text, c.text);
  palette.setColor(QPalette::Button, c.surface);
  palette.setColor(QPalette::ButtonText, c.text);
  palette.setColor(QPalette::BrightText, c.danger);
  palette.setColor(QPalette::Link, c.accent);
  palette.setColor(QPalette::LinkVisited, c.accent);
  palette.setColor(QPalette::Highlight, c.accent);
  palette.setColor(QPalette::HighlightedText, c.on_accent);
  palette.setColor(QPalette::Light, c.raised);
  palette.setColor(QPalette::Midlight, c.hover);
  palette.setColor(QPalette::Mid, c.border);
  palette.setColor(QPalette::Dark, c.outline);
  palette.setColor(QPalette::Shadow, c.dark ? QColor(Qt::black) : c.outline);
  for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
    palette.setColor(QPalette::Disabled, role, c.text_faint);
  }
  palette.setColor(QPalette::Disabled, QPalette::Highlight, c.border);
  palette.setColor(QPalette::Disabled, QPalette::HighlightedText, c.text_faint);
  return palette;
}

}  // namespace

QString name(ThemeChoice choice) {
  switch (choice) {
    case ThemeChoice::light:
      return QStringLiteral("light");
    case ThemeChoice::dark:
      return QStringLiteral("dark");
    case ThemeChoice::system:
      break;
  }
  return QStringLiteral("system");
}

ThemeChoice parse_theme(const QString& text) {
  if (text == QLatin1String("light")) return ThemeChoice::light;
  if (text == QLatin1String("dark")) return ThemeChoice::dark;
  return ThemeChoice::system;
}

Theme::Theme(QObject* parent) : QObject(parent), system_(std::make_unique<SystemScheme>()) {
  QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
  connect(system_.get(), &SystemScheme::changed, this, [this] {
    if (choice_ == ThemeChoice::system) apply();
  });
  apply();
}

Theme::~Theme() = default;

void Theme::choose(ThemeChoice choice) {
  if (choice == choice_) return;
  choice_ = choice;
  apply();
}

void Theme::apply() {
  const bool night =
      choice_ == ThemeChoice::dark || (choice_ == ThemeChoice::system && system_->prefers_dark());
  const Colors& chosen = night ? Colors::night() : Colors::light();
  if (&chosen == shown_) return;  // polishing every widget again takes as long as some frames
  shown_ = &chosen;
  detail::set_colors(chosen);
  // Off and on again: where one style sheet takes the place of another, Qt (6.4) polishes every widget once
  // for itself and once more for each of its ancestors, which takes four times as long.
  qApp->setStyleSheet(QString());
  QApplication::setPalette(palette_of(chosen));
  qApp->setStyleSheet(stylesheet(chosen));
  Q_EMIT changed();
}

}  // namespace equi::ui
