#include "ui/frame/actions.h"

namespace equi::ui {
std::span<const ActionSpec> Actions::table() {
  // clang-format off
  static constexpr ActionSpec kTable[] = {
    {"file.new",        Menu::file, 0, QT_TR_NOOP("&New panorama"), "new", "Ctrl+N", false, QT_TR_NOOP("Start with an empty canvas")},
    {"file.open",       Menu::file, 0, QT_TR_NOOP("&Open project…"), "open", "Ctrl+O", false, QT_TR_NOOP("Open a project")},
    {"file.photo",      Menu::file, 0, QT_TR_NOOP("Open &photo…"), "photo", "Ctrl+Shift+O", false, QT_TR_NOOP("Open a photo and extend it in both directions")},
    {"file.settings",   Menu::file, 0, QT_TR_NOOP("Se&ttings from a picture…"), "restore", "", false, QT_TR_NOOP("Make a panorama with the settings inside an exported picture")},
    {"file.save",       Menu::file, 1, QT_TR_NOOP("&Save"), "save", "Ctrl+S", false, QT_TR_NOOP("Save the project")},
    {"file.save_as",    Menu::file, 1, QT_TR_NOOP("Save &as…"), "save-as", "Ctrl+Shift+S", false, ""},
    {"file.export",     Menu::file, 2, QT_TR_NOOP("&Export…"), "export", "Ctrl+Shift+X", false, QT_TR_NOOP("Write the panorama, or a part of it, as a picture, tiles or a video")},
    {"file.batch",      Menu::file, 2, QT_TR_NOOP("&Batch…"), "batch", "Ctrl+B", false, QT_TR_NOOP("Make many panoramas, one after the other")},
    {"file.close",      Menu::file, 3, QT_TR_NOOP("&Close window"), "", "Ctrl+W", false, ""},
    {"file.quit",       Menu::file, 3, QT_TR_NOOP("&Quit"), "exit", "Ctrl+Q", false, ""},

    {"edit.undo",       Menu::edit, 0, QT_TR_NOOP("&Undo"), "undo", "Ctrl+Z", false, ""},
    {"edit.redo",       Menu::edit, 0, QT_TR_NOOP("&Redo"), "redo", "Ctrl+Shift+Z; Ctrl+Y", false, ""},
    {"edit.paste",      Menu::edit, 1, QT_TR_NOOP("&Paste photo"), "paste", "Ctrl+V", false, QT_TR_NOOP("Make the picture on the clipboard the canvas")},
    {"edit.copy_seed",  Menu::edit, 1, QT_TR_NOOP("Copy s&eed"), "copy", "Ctrl+Shift+C", false, ""},
    {"edit.select_all", Menu::edit, 2, QT_TR_NOOP("Select &all columns"), "", "Ctrl+A", false, ""},
    {"edit.preferences", Menu::edit, 3, QT_TR_NOOP("Pre&ferences…"), "settings", "Ctrl+,", false, ""},

    {"view.zoom_in",    Menu::view, 0, QT_TR_NOOP("Zoom &in"), "zoom-in", "+; =; Ctrl++", false, ""},
    {"view.zoom_out",   Menu::view, 0, QT_TR_NOOP("Zoom &out"), "zoom-out", "-; Ctrl+-", false, ""},
    {"view.fit",        Menu::view, 0, QT_TR_NOOP("&Fit"), "fit", "F; 0", false, QT_TR_NOOP("Fit the height; again: the whole panorama")},
    {"view.actual",     Menu::view, 0, QT_TR_NOOP("&Actual size"), "actual-size", "1", false, QT_TR_NOOP("One pixel of the picture on one pixel of the screen")},
    {"view.first",      Menu::view, 1, QT_TR_NOOP("Go to the &left end"), "first", "Home", false, ""},
    {"view.last",       Menu::view, 1, QT_TR_NOOP("Go to the &right end"), "last", "End", false, ""},
    {"view.follow",     Menu::view, 2, QT_TR_NOOP("Follow &growth"), "follow", "", true, QT_TR_NOOP("Keep the growing end in sight")},
    {"view.grid",       Menu::view, 2, QT_TR_NOOP("Pixel and &column grid"), "grid", "G", true, QT_TR_NOOP("Outline columns and pixels when very close")},
    {"view.fullscreen", Menu::view, 3, QT_TR_NOOP("F&ull screen"), "fullscreen", "F11", true, ""},

    {"grow.left",       Menu::panorama, 0, QT_TR_NOOP("Extend &left"), "extend-left", "Ctrl+Shift+E; [", false, QT_TR_NOOP("Add columns on the left")},
    {"grow.right",      Menu::panorama, 0, QT_TR_NOOP("Extend &right"), "extend-right", "Ctrl+E; ]", false, QT_TR_NOOP("Add columns on the right")},
    {"grow.keep_left",  Menu::panorama, 0, QT_TR_NOOP("&Keep going left"), "keep-left", "{", false, QT_TR_NOOP("Add columns on the left until stopped")},
    {"grow.keep_right", Menu::panorama, 0, QT_TR_NOOP("K&eep going right"), "keep-right", "}", false, QT_TR_NOOP("Add columns on the right until stopped")},
    {"grow.stop",       Menu::panorama, 0, QT_TR_NOOP("&Stop"), "stop", "S; Ctrl+.", false, QT_TR_NOOP("Stop, and keep what is there")},
    {"grow.auto",       Menu::panorama, 0, QT_TR_NOOP("&Auto-extend at the ends"), "auto-extend", "A", true, QT_TR_NOOP("Scrolling near an end adds more columns")},
    {"grow.reroll",     Menu::panorama, 1, QT_TR_NOOP("Re&roll"), "reroll", "R", false, QT_TR_NOOP("Stop and start again with the next seed")},
    {"grow.regenerate", Menu::panorama, 1, QT_TR_NOOP("Re&generate from here"), "regenerate", "Shift+R", false, QT_TR_NOOP("Make everything outwards of the selected column again, with other noise")},
    {"grow.variations", Menu::panorama, 1, QT_TR_NOOP("&Variations…"), "variations", "V", false, QT_TR_NOOP("Several continuations side by side, to keep one")},
    {"grow.scene",      Menu::panorama, 2, QT_TR_NOOP("Change s&cene from here…"), "scene-change", "C", false, QT_TR_NOOP("Another scene from the selected column on")},
    {"grow.cut",        Menu::panorama, 2, QT_TR_NOOP("Cut &off from here"), "cut-off", "Ctrl+Del", false, QT_TR_NOOP("Remove the selected column and everything outwards of it")},

    {"tools.inspector", Menu::tools, 1, QT_TR_NOOP("&Inspector"), "inspector", "I", false, QT_TR_NOOP("What the token of the selected column means")},
    {"tools.equivariance", Menu::tools, 1, QT_TR_NOOP("&Equivariance check…"), "", "", false, QT_TR_NOOP("How well the model commutes with moving a picture sideways")},
    {"tools.models",    Menu::tools, 0, QT_TR_NOOP("&Models…"), "models", "Ctrl+M", false, QT_TR_NOOP("Installed models, import, device")},

    {"help.shortcuts",  Menu::help, 0, QT_TR_NOOP("&Keyboard shortcuts"), "keyboard", "F1; ?", false, ""},
    {"help.log",        Menu::help, 0, QT_TR_NOOP("&Log"), "log", "", false, QT_TR_NOOP("What the program has done")},
    {"help.about",      Menu::help, 1, QT_TR_NOOP("&About EquiCanvas"), "info", "", false, ""},
};
  // clang-format on
  return kTable;
}

QString Actions::menu_title(Menu menu) {
  switch (menu) {
    case Menu::file:
      return tr("&File");
    case Menu::edit:
      return tr("&Edit");
    case Menu::view:
      return tr("&View");
    case Menu::panorama:
      return tr("&Panorama");
    case Menu::tools:
      return tr("&Tools");
    case Menu::help:
      return tr("&Help");
    case Menu::hidden:
      break;
  }
  return {};
}

QList<std::pair<QString, QString>> Actions::canvas_keys() {
  return {
      {QStringLiteral("← → ↑ ↓"), tr("Pan")},
      {tr("Page Up, Page Down"), tr("Pan by a screen")},
      {tr("Wheel, pinch"), tr("Zoom at the cursor")},
      {tr("Drag, Space+drag"), tr("Pan")},
      {tr("Double-click"), tr("Fit")},
      {tr("Click, Shift+click"), tr("Select a column, a span")},
      {QStringLiteral("Ctrl+← Ctrl+→"), tr("Select the next column")},
      {QStringLiteral("Shift+← Shift+→"), tr("Widen the selection")},
      {tr("Escape"), tr("Select nothing")},
  };
}

}  // namespace equi::ui
