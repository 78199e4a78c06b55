#pragma once

#include <QColor>
#include <QFont>
#include <QString>

// The design system in one place: distances, sizes, type and colours. Widgets take numbers and colours from
// here and nowhere else.
namespace equi::ui {

// Distances in logical pixels, a 4-pixel grid.
struct Space {
  static constexpr int xs = 4;
  static constexpr int s = 8;
  static constexpr int m = 12;
  static constexpr int l = 16;
  static constexpr int xl = 24;
  static constexpr int xxl = 40;
};

// Sizes in logical pixels.
struct Size {
  static constexpr int icon = 18;
  static constexpr int icon_large = 40;
  static constexpr int control = 28;  // height of buttons, fields
  static constexpr int radius = 6;
  static constexpr int radius_large = 10;
  static constexpr int title_bar = 40;  // the desktop's, for which a window leaves room
  static constexpr int overview = 52;   // height of the overview strip
  static constexpr int thumbnail_width = 96;
  static constexpr int thumbnail_height = 64;
};

// Durations in milliseconds.
struct Duration {
  static constexpr int frame = 16;
  static constexpr int slide = 220;  // a new column coming in
  static constexpr int notice = 6000;
};

enum class TextRole { body, small, strong, heading, title, mono };

// The application's font in one of the roles.
QFont role_font(TextRole role);

// Colours by meaning. Text on `surface` and `window` reaches a contrast of 4.5 : 1, `text_faint` 3 : 1.
struct Colors {
  bool dark = false;
  QColor window;   // behind everything
  QColor surface;  // docks, dialogs, lists
  QColor raised;   // menus, cards, pressed buttons
  QColor canvas;   // behind the picture
  QColor field;    // inside text fields
  QColor border;   // hairlines
  QColor outline;  // around controls
  QColor hover;    // a control under the cursor
  QColor text;
  QColor text_muted;
  QColor text_faint;
  QColor accent;
  QColor accent_hover;
  QColor accent_soft;  // selected rows
  QColor on_accent;    // text on accent
  QColor danger;
  QColor warning;
  QColor success;

  static const Colors& light();
  static const Colors& night();
};

// The colours in use now (Theme sets them).
const Colors& colors();

namespace detail {
void set_colors(const Colors& colors);
}

}  // namespace equi::ui
