#include "ui/frame/actions.h"

#include <QRegularExpression>
#include <QWidget>

#include "ui/theme/icons.h"

namespace equi::ui {
namespace {

QList<QKeySequence> shortcuts_of(const ActionSpec& spec) {
  QList<QKeySequence> keys;
  for (const QString& key :
       QString::fromLatin1(spec.shortcuts).split(QLatin1String("; "), Qt::SkipEmptyParts)) {
    keys << QKeySequence(key);
  }
  return keys;
}

QString tip_of(const QAction& action, const QString& tip) {
  QString text = tip.isEmpty() ? plain_text(action.text()) : tip;
  if (!action.shortcut().isEmpty()) {
    text += QStringLiteral("  (%1)").arg(action.shortcut().toString(QKeySequence::NativeText));
  }
  return text;
}

}  // namespace

QString plain_text(QString text) {
  static const QRegularExpression behind(QStringLiteral("\\s*\\(&.\\)"));  // as Chinese texts have it
  return text.remove(behind).remove(QLatin1Char('&'));
}

Actions::Actions(QWidget* window) : QObject(window), window_(window) {
  for (const ActionSpec& spec : table()) {
    auto* action = new QAction(tr(spec.text), this);
    action->setObjectName(QLatin1String(spec.id));
    if (spec.icon[0] != '\0') action->setIcon(icon(QLatin1String(spec.icon)));
    action->setShortcuts(shortcuts_of(spec));
    action->setCheckable(spec.checkable);
    if (spec.checkable) action->setIconVisibleInMenu(false);  // it would stand in the place of the check mark
    const QString tip = spec.tip[0] != '\0' ? tr(spec.tip) : QString();
    action->setToolTip(tip_of(*action, tip));
    action->setStatusTip(tip);
    window->addAction(action);
    actions_.insert(spec.id, action);
  }
}

QAction* Actions::get(const char* id) const {
  QAction* action = actions_.value(id);
  if (action == nullptr) qFatal("no action is called %s", id);
  return action;
}

void Actions::on(const char* id, QObject* context, std::function<void()> work) {
  connect(get(id), &QAction::triggered, context, [work = std::move(work)] { work(); });
}

void Actions::on_toggled(const char* id, QObject* context, std::function<void(bool)> work) {
  connect(get(id), &QAction::toggled, context, std::move(work));
}

void Actions::set_enabled(std::initializer_list<const char*> ids, bool enabled) {
  for (const char* id : ids) get(id)->setEnabled(enabled);
}

void Actions::fill(QMenuBar* bar) {
  for (const Menu which : {Menu::file, Menu::edit, Menu::view, Menu::panorama, Menu::tools, Menu::help}) {
    QMenu* menu = bar->addMenu(menu_title(which));
    menus_.insert(static_cast<int>(which), menu);
    int group = -1;
    for (const ActionSpec& spec : table()) {
      if (spec.menu != which) continue;
      if (group >= 0 && spec.group != group) menu->addSeparator();
      group = spec.group;
      menu->addAction(get(spec.id));
    }
  }
}

void Actions::fill(QToolBar* bar, std::initializer_list<const char*> ids) {
  for (const char* id : ids) {
    if (id[0] == '\0') {
      bar->addSeparator();
    } else {
      bar->addAction(get(id));
    }
  }
}

}  // namespace equi::ui
