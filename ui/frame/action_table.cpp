#include <QCoreApplication>

#include "ui/frame/actions.h"

namespace equi::ui {
namespace {

constexpr const char* kContext = "equi::ui::Actions";

#define TEXT(text) QT_TRANSLATE_NOOP("equi::ui::Actions", text)

// clang-format off
constexpr ActionSpec kTable[] = {
    {"file.new",        Menu::file, 0, TEXT("&New panorama"), "new", "Ctrl+N", false, TEXT("Start with an empty canvas")},
    {"file.open",       Menu::file, 0, TEXT("&Open project…"), "open", "Ctrl+O", false, TEXT("Open a project")},
    {"file.photo",      Menu::file, 0, TEXT("Open &photo…"), "photo", "Ctrl+Shift+O", false, TEXT("Open a photo and extend it in both directions")},
    {"file.save",       Menu::file, 1, TEXT("&Save"), "save", "Ctrl+S", false, TEXT("Save the project")},
    {"file.save_as",    Menu::file, 1, TEXT("Save &as…"), "save-as", "Ctrl+Shift+S", false, ""},
    {"file.close",      Menu::file, 3, TEXT("&Close window"), "", "Ctrl+W", false, ""},
    {"file.quit",       Menu::file, 3, TEXT("&Quit"), "exit", "Ctrl+Q", false, ""},

    {"edit.undo",       Menu::edit, 0, TEXT("&Undo"), "undo", "Ctrl+Z", false, ""},
    {"edit.redo",       Menu::edit, 0, TEXT("&Redo"), "redo", "Ctrl+Shift+Z; Ctrl+Y", false, ""},
    {"edit.paste",      Menu::edit, 1, TEXT("&Paste photo"), "paste", "Ctrl+V", false, TEXT("Make the picture on the clipboard the canvas")},
    {"edit.copy_seed",  Menu::edit, 1, TEXT("Copy s&eed"), "copy", "Ctrl+Shift+C", false, ""},
    {"edit.select_all", Menu::edit, 2, TEXT("Select &all columns"), "", "Ctrl+A", false, ""},
    {"edit.preferences", Menu::edit, 3, TEXT("Pre&ferences…"), "settings", "Ctrl+,", false, ""},

    {"view.zoom_in",    Menu::view, 0, TEXT("Zoom &in"), "zoom-in", "+; =; Ctrl++", false, ""},
    {"view.zoom_out",   Menu::view, 0, TEXT("Zoom &out"), "zoom-out", "-; Ctrl+-", false, ""},
    {"view.fit",        Menu::view, 0, TEXT("&Fit"), "fit", "F; 0", false, TEXT("Fit the height; again: the whole panorama")},
    {"view.actual",     Menu::view, 0, TEXT("&Actual size"), "actual-size", "1", false, TEXT("One pixel of the picture on one pixel of the screen")},
    {"view.first",      Menu::view, 1, TEXT("Go to the &left end"), "first", "Home", false, ""},
    {"view.last",       Menu::view, 1, TEXT("Go to the &right end"), "last", "End", false, ""},
    {"view.follow",     Menu::view, 2, TEXT("Follow &growth"), "follow", "", true, TEXT("Keep the growing end in sight")},
    {"view.grid",       Menu::view, 2, TEXT("Pixel and &column grid"), "grid", "G", true, TEXT("Outline columns and pixels when very close")},
    {"view.fullscreen", Menu::view, 3, TEXT("F&ull screen"), "fullscreen", "F11", true, ""},

    {"grow.left",       Menu::panorama, 0, TEXT("Extend &left"), "extend-left", "Ctrl+Shift+E; [", false, TEXT("Add columns on the left")},
    {"grow.right",      Menu::panorama, 0, TEXT("Extend &right"), "extend-right", "Ctrl+E; ]", false, TEXT("Add columns on the right")},
    {"grow.keep_left",  Menu::panorama, 0, TEXT("&Keep going left"), "keep-left", "Shift+[; {", false, TEXT("Add columns on the left until stopped")},
    {"grow.keep_right", Menu::panorama, 0, TEXT("K&eep going right"), "keep-right", "Shift+]; }", false, TEXT("Add columns on the right until stopped")},
    {"grow.stop",       Menu::panorama, 0, TEXT("&Stop"), "stop", "S; Ctrl+.", false, TEXT("Stop, and keep what is there")},
    {"grow.auto",       Menu::panorama, 0, TEXT("&Auto-extend at the ends"), "auto-extend", "A", true, TEXT("Scrolling near an end adds more columns")},
    {"grow.reroll",     Menu::panorama, 1, TEXT("Re&roll"), "reroll", "R", false, TEXT("Stop and start again with the next seed")},
    {"grow.regenerate", Menu::panorama, 1, TEXT("Re&generate from here"), "regenerate", "Shift+R", false, TEXT("Make everything outwards of the selected column again, with other noise")},
    {"grow.variations", Menu::panorama, 1, TEXT("&Variations…"), "variations", "V", false, TEXT("Several continuations side by side, to keep one")},
    {"grow.scene",      Menu::panorama, 2, TEXT("Change s&cene from here…"), "scene-change", "C", false, TEXT("Another scene from the selected column on")},
    {"grow.cut",        Menu::panorama, 2, TEXT("Cut &off from here"), "cut-off", "Ctrl+Del", false, TEXT("Remove the selected column and everything outwards of it")},

    {"tools.models",    Menu::tools, 0, TEXT("&Models…"), "models", "Ctrl+M", false, TEXT("Installed models, import, device")},

    {"help.shortcuts",  Menu::help, 0, TEXT("&Keyboard shortcuts"), "keyboard", "F1; ?", false, ""},
    {"help.log",        Menu::help, 0, TEXT("&Log"), "log", "", false, TEXT("What the program has done")},
    {"help.about",      Menu::help, 1, TEXT("&About EquiCanvas"), "info", "", false, ""},
};
// clang-format on

#undef TEXT

}  // namespace

std::span<const ActionSpec> action_table() {
  return kTable;
}

QString menu_title(Menu menu) {
  switch (menu) {
    case Menu::file:
      return QCoreApplication::translate(kContext, "&File");
    case Menu::edit:
      return QCoreApplication::translate(kContext, "&Edit");
    case Menu::view:
      return QCoreApplication::translate(kContext, "&View");
    case Menu::panorama:
      return QCoreApplication::translate(kContext, "&Panorama");
    case Menu::tools:
      return QCoreApplication::translate(kContext, "&Tools");
    case Menu::help:
      return QCoreApplication::translate(kContext, "&Help");
    case Menu::hidden:
      break;
  }
  return {};
}

QList<std::pair<QString, QString>> canvas_keys() {
  const auto say = [](const char* text) { return QCoreApplication::translate(kContext, text); };
  return {
      {QStringLiteral("← → ↑ ↓"), say(QT_TRANSLATE_NOOP("equi::ui::Actions", "Pan"))},
      {say(QT_TRANSLATE_NOOP("equi::ui::Actions", "Page Up, Page Down")),
       say(QT_TRANSLATE_NOOP("equi::ui::Actions", "Pan by a screen"))},
      {say(QT_TRANSLATE_NOOP("equi::ui::Actions", "Wheel, pinch")),
       say(QT_TRANSLATE_NOOP("equi::ui::Actions", "Zoom at the cursor"))},
      {say(QT_TRANSLATE_NOOP("equi::ui::Actions", "Drag, Space+drag")),
       say(QT_TRANSLATE_NOOP("equi::ui::Actions", "Pan"))},
      {say(QT_TRANSLATE_NOOP("equi::ui::Actions", "Double-click")),
       say(QT_TRANSLATE_NOOP("equi::ui::Actions", "Fit"))},
      {say(QT_TRANSLATE_NOOP("equi::ui::Actions", "Click, Shift+click")),
       say(QT_TRANSLATE_NOOP("equi::ui::Actions", "Select a column, a span"))},
      {QStringLiteral("Ctrl+← Ctrl+→"),
       say(QT_TRANSLATE_NOOP("equi::ui::Actions", "Select the next column"))},
      {QStringLiteral("Shift+← Shift+→"), say(QT_TRANSLATE_NOOP("equi::ui::Actions", "Widen the selection"))},
      {say(QT_TRANSLATE_NOOP("equi::ui::Actions", "Escape")),
       say(QT_TRANSLATE_NOOP("equi::ui::Actions", "Select nothing"))},
  };
}

}  // namespace equi::ui
