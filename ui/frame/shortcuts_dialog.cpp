#include "ui/frame/shortcuts_dialog.h"

#include <QHeaderView>
#include <QLineEdit>
#include <QTreeWidget>

#include "ui/frame/actions.h"
#include "ui/theme/icons.h"
#include "ui/theme/tokens.h"

namespace equi::ui {
namespace {

QString keys_of(const QAction& action) {
  QStringList keys;
  for (const QKeySequence& key : action.shortcuts()) keys << key.toString(QKeySequence::NativeText);
  return keys.join(QStringLiteral("   "));
}

void filter(QTreeWidget* tree, const QString& text) {
  for (int i = 0; i < tree->topLevelItemCount(); ++i) {
    QTreeWidgetItem* group = tree->topLevelItem(i);
    bool any = false;
    for (int j = 0; j < group->childCount(); ++j) {
      QTreeWidgetItem* row = group->child(j);
      const bool fits = row->text(0).contains(text, Qt::CaseInsensitive) ||
                        row->text(1).contains(text, Qt::CaseInsensitive);
      row->setHidden(!fits);
      any = any || fits;
    }
    group->setHidden(!any);
  }
}

}  // namespace

ShortcutsDialog::ShortcutsDialog(const Actions& actions, QWidget* parent)
    : HouseDialog(tr("Keyboard shortcuts"), parent) {
  resize(560, 620);
  set_heading(tr("Keyboard shortcuts"),
              tr("Everything can be done without a mouse: Tab goes from part to part."));
  auto* search = new QLineEdit;
  search->setPlaceholderText(tr("Search"));
  search->setAccessibleName(tr("Search shortcuts"));
  search->setClearButtonEnabled(true);
  search->addAction(icon(QStringLiteral("search")), QLineEdit::LeadingPosition);
  auto* tree = new QTreeWidget;
  tree->setAccessibleName(tr("Keyboard shortcuts"));
  tree->setColumnCount(2);
  tree->setHeaderHidden(true);
  tree->setRootIsDecorated(false);
  tree->setIndentation(Space::m);
  tree->setSelectionMode(QAbstractItemView::NoSelection);
  const auto group = [tree](const QString& title) {
    auto* item = new QTreeWidgetItem(tree, {title});
    item->setFont(0, role_font(TextRole::strong));
    item->setFirstColumnSpanned(true);
    return item;
  };
  const auto add = [](QTreeWidgetItem* parent_item, const QString& text, const QString& keys) {
    new QTreeWidgetItem(parent_item, {text, keys});
  };
  QTreeWidgetItem* canvas = group(tr("Canvas"));
  for (const auto& [keys, meaning] : Actions::canvas_keys()) add(canvas, meaning, keys);
  for (const Menu menu :
       {Menu::file, Menu::edit, Menu::view, Menu::panorama, Menu::tools, Menu::help, Menu::hidden}) {
    QTreeWidgetItem* parent_item = nullptr;
    for (const ActionSpec& spec : Actions::table()) {
      const QAction* action = actions.get(spec.id);
      if (spec.menu != menu || action->shortcuts().isEmpty()) continue;
      if (parent_item == nullptr) {
        parent_item = group(menu == Menu::hidden ? tr("Other") : plain_text(Actions::menu_title(menu)));
      }
      add(parent_item, plain_text(action->text()), keys_of(*action));
    }
  }
  tree->expandAll();
  tree->header()->setSectionResizeMode(0, QHeaderView::Stretch);
  tree->header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
  tree->header()->setStretchLastSection(false);
  connect(search, &QLineEdit::textChanged, tree, [tree](const QString& text) { filter(tree, text); });
  content()->addWidget(search);
  content()->addWidget(tree, 1);
  add_buttons(QDialogButtonBox::Close);
}

}  // namespace equi::ui
