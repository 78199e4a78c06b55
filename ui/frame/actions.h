#pragma once

#include <QAction>
#include <QHash>
#include <QMenu>
#include <QMenuBar>
#include <QToolBar>
#include <functional>
#include <span>

// The one table of everything the user can do: menus, tool bar, shortcuts and the shortcuts dialog are made
// from it. To add an action: one line in action_table.cpp, then
//     actions->on("room.verb", this, [this] { ... });
namespace equi::ui {

// A menu's or label's text without its key: "&Save", "保存(&S)".
QString plain_text(QString text);

enum class Menu { file, edit, view, panorama, tools, help, hidden };  // hidden: only a shortcut

struct ActionSpec {
  const char* id;  // "room.verb"
  Menu menu;
  int group;         // groups are separated by lines
  const char* text;  // English, marked for translation, with '&'
  const char* icon;  // resources/icons, or empty
  // "Ctrl+Z; Alt+Backspace", or empty. A sign that is typed with Shift is written as the sign: "{" is found
  // on every keyboard, "Shift+[" on some, and both together are ambiguous where they are one key press.
  const char* shortcuts;
  bool checkable;
  const char* tip;  // English, marked for translation; empty: the text
};

class Actions : public QObject {
  Q_OBJECT

 public:
  static std::span<const ActionSpec> table();
  static QString menu_title(Menu menu);
  // Keys that the canvas handles itself, for the shortcuts dialog: (keys, meaning).
  static QList<std::pair<QString, QString>> canvas_keys();

  explicit Actions(QWidget* window);

  // The action of this id; stops the program when the table has none (a mistake in the program).
  QAction* get(const char* id) const;
  // What it does. For a checkable action: called with its new state.
  void on(const char* id, QObject* context, std::function<void()> work);
  void on_toggled(const char* id, QObject* context, std::function<void(bool)> work);
  void set_enabled(std::initializer_list<const char*> ids, bool enabled);

  void fill(QMenuBar* bar);
  QMenu* menu(Menu menu) const { return menus_.value(static_cast<int>(menu)); }
  // Adds actions to a tool bar; an empty id is a separator.
  void fill(QToolBar* bar, std::initializer_list<const char*> ids);

 private:
  QWidget* window_;
  QHash<QByteArray, QAction*> actions_;
  QHash<int, QMenu*> menus_;
};

}  // namespace equi::ui
