#include "ui/theme/tokens.h"

#include <QApplication>
#include <QFontDatabase>

namespace equi::ui {
namespace {

const Colors* in_use = nullptr;

}  // namespace

QFont role_font(TextRole role) {
  if (role == TextRole::mono) {
    QFont mono = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    mono.setPointSizeF(QApplication::font().pointSizeF());
    return mono;
  }
  QFont font = QApplication::font();
  const double base = font.pointSizeF();
  switch (role) {
    case TextRole::small:
      font.setPointSizeF(base * 0.88);
      break;
    case TextRole::strong:
      font.setWeight(QFont::DemiBold);
      break;
    case TextRole::heading:
      font.setPointSizeF(base * 1.15);
      font.setWeight(QFont::DemiBold);
      break;
    case TextRole::title:
      font.setPointSizeF(base * 1.6);
      font.setWeight(QFont::DemiBold);
      break;
    case TextRole::body:
    case TextRole::mono:
      break;
  }
  return font;
}

const Colors& Colors::light() {
  static const Colors colors = [] {
    Colors c;
    c.window = QColor("#f3f4f6");
    c.surface = QColor("#ffffff");
    c.raised = QColor("#ffffff");
    c.canvas = QColor("#dfe3e8");
    c.field = QColor("#ffffff");
    c.border = QColor("#dde1e6");
    c.outline = QColor("#c3c9d1");
    c.hover = QColor("#e9ecf0");
    c.text = QColor("#1a1e24");
    c.text_muted = QColor("#55606d");
    c.text_faint = QColor("#818b97");
    c.accent = QColor("#0b7a70");
    c.accent_hover = QColor("#0a6a61");
    c.accent_soft = QColor("#d5edea");
    c.on_accent = QColor("#ffffff");
    c.danger = QColor("#b3261e");
    c.warning = QColor("#8a5a00");
    c.success = QColor("#1e7a3a");
    return c;
  }();
  return colors;
}

const Colors& Colors::night() {
  static const Colors colors = [] {
    Colors c;
    c.dark = true;
    c.window = QColor("#16181c");
    c.surface = QColor("#1d2025");
    c.raised = QColor("#282c33");
    c.canvas = QColor("#0e1013");
    c.field = QColor("#14161a");
    c.border = QColor("#2b3037");
    c.outline = QColor("#3b424c");
    c.hover = QColor("#2a2f36");
    c.text = QColor("#e7e9ed");
    c.text_muted = QColor("#a0a9b5");
    c.text_faint = QColor("#717b88");
    c.accent = QColor("#40c4b4");
    c.accent_hover = QColor("#5bd3c5");
    c.accent_soft = QColor("#173b39");
    c.on_accent = QColor("#04211e");
    c.danger = QColor("#ff8a80");
    c.warning = QColor("#f2c14e");
    c.success = QColor("#6fd08c");
    return c;
  }();
  return colors;
}

const Colors& colors() {
  return in_use != nullptr ? *in_use : Colors::light();
}

void detail::set_colors(const Colors& colors) {
  in_use = &colors;
}

}  // namespace equi::ui
