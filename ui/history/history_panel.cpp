#include "ui/history/history_panel.h"

#include <QCoreApplication>
#include <QEvent>
#include <QRegularExpression>
#include <QSignalBlocker>
#include <QVBoxLayout>

#include "ui/app_controller.h"
#include "ui/theme/icons.h"
#include "ui/theme/tokens.h"

namespace equi::ui {
namespace {

struct Pattern {
  const char* english;  // a regular expression with at most two captures
  const char* text;     // %1, %2: the captures
  const char* icon;
};

// clang-format off
constexpr Pattern kPatterns[] = {
    {"Empty canvas", QT_TRANSLATE_NOOP("equi::ui::History", "Empty canvas"), "new"},
    {"New panorama, seed (\\d+)", QT_TRANSLATE_NOOP("equi::ui::History", "New panorama, seed %1"), "new"},
    {"Photo of (\\d+) columns", QT_TRANSLATE_NOOP("equi::ui::History", "Photo of %1 columns"), "photo"},
    {"Scene of the photo", QT_TRANSLATE_NOOP("equi::ui::History", "Scene of the photo"), "scene-change"},
    {"Extend right by (\\d+)", QT_TRANSLATE_NOOP("equi::ui::History", "Extend right by %1"), "extend-right"},
    {"Extend left by (\\d+)", QT_TRANSLATE_NOOP("equi::ui::History", "Extend left by %1"), "extend-left"},
    {"Keep extending right", QT_TRANSLATE_NOOP("equi::ui::History", "Keep going right"), "keep-right"},
    {"Keep extending left", QT_TRANSLATE_NOOP("equi::ui::History", "Keep going left"), "keep-left"},
    {"Scene change at (-?\\d+)", QT_TRANSLATE_NOOP("equi::ui::History", "Scene change at column %1"), "scene-change"},
    {"Settings at (-?\\d+)", QT_TRANSLATE_NOOP("equi::ui::History", "Settings from column %1"), "settings"},
    {"Regenerate from (-?\\d+)", QT_TRANSLATE_NOOP("equi::ui::History", "Regenerate from column %1"), "regenerate"},
    {"Edit token (-?\\d+)", QT_TRANSLATE_NOOP("equi::ui::History", "Swap token of column %1"), "swap"},
    {"Edit tokens (-?\\d+) to (-?\\d+)", QT_TRANSLATE_NOOP("equi::ui::History", "Swap tokens of columns %1 to %2"), "swap"},
    {"Cut off at (-?\\d+)", QT_TRANSLATE_NOOP("equi::ui::History", "Cut off at column %1"), "cut-off"},
};
// clang-format on

struct Entry {
  QString text;
  QString icon;
};

Entry entry_of(const QString& english) {
  for (const Pattern& pattern : kPatterns) {
    const QRegularExpression expression(QRegularExpression::anchoredPattern(QLatin1String(pattern.english)));
    const auto match = expression.match(english);
    if (!match.hasMatch()) continue;
    QString text = QCoreApplication::translate("equi::ui::History", pattern.text);
    for (int i = 1; i <= match.lastCapturedIndex(); ++i) text = text.arg(match.captured(i));
    return {text, QLatin1String(pattern.icon)};
  }
  return {english, QStringLiteral("history")};
}

// A project begins with a panorama of no columns; one that is started over it is the first that was wanted.
std::string shown_name(const std::vector<std::string>& history, std::size_t index) {
  const bool replaced = index == 0 && history.size() > 1 && history[1].starts_with("New panorama");
  return replaced ? "Empty canvas" : history[index];
}

}  // namespace

QString translated_entry(const QString& english) {
  return entry_of(english).text;
}

HistoryPanel::HistoryPanel(AppController* app, QWidget* parent)
    : QWidget(parent), app_(app), list_(new QListWidget) {
  setProperty("role", "panel");
  setAttribute(Qt::WA_StyledBackground);
  list_->setProperty("role", "plain");
  list_->setObjectName(QStringLiteral("history"));
  list_->setAccessibleName(tr("History"));
  list_->setUniformItemSizes(true);
  list_->setIconSize(QSize(16, 16));
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(Space::xs, Space::xs, Space::xs, Space::xs);
  layout->addWidget(list_);
  const auto go = [this](QListWidgetItem* item) {
    if (item != nullptr) app_->studio().go_to_history(list_->row(item));
  };
  connect(list_, &QListWidget::itemClicked, this, go);
  connect(list_, &QListWidget::itemActivated, this, go);
  connect(app, &AppController::canvas_changed, this, &HistoryPanel::refresh);
  refresh();
}

// The entries keep their colours: those of another theme are others.
void HistoryPanel::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  if (event->type() != QEvent::StyleChange) return;
  shown_.clear();
  refresh();
}

void HistoryPanel::refresh() {
  const auto snapshot = app_->snapshot();
  const int count = snapshot ? static_cast<int>(snapshot->history.size()) : 0;
  const int cursor = snapshot ? static_cast<int>(snapshot->cursor) : -1;
  const bool same =
      snapshot && cursor == shown_cursor_ && snapshot->history == shown_;  // growth: many times a second
  if (same) return;
  shown_ = snapshot ? snapshot->history : std::vector<std::string>();
  shown_cursor_ = cursor;
  const QSignalBlocker block(list_);
  while (list_->count() > count) delete list_->takeItem(list_->count() - 1);
  for (int i = 0; i < count; ++i) {
    if (i == list_->count()) list_->addItem(new QListWidgetItem);
    QListWidgetItem* item = list_->item(i);
    const QString english =
        QString::fromStdString(shown_name(snapshot->history, static_cast<std::size_t>(i)));
    if (item->data(Qt::UserRole).toString() != english) {
      const Entry entry = entry_of(english);
      item->setData(Qt::UserRole, english);
      item->setText(entry.text);
      item->setIcon(icon(entry.icon));
    }
    const bool undone = i > cursor;
    item->setForeground(undone ? colors().text_faint : colors().text);
  }
  if (cursor >= 0 && list_->currentRow() != cursor) {
    list_->setCurrentRow(cursor);
    list_->scrollToItem(list_->item(cursor));
  }
}

}  // namespace equi::ui
