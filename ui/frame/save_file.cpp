#include "ui/frame/save_file.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QRegularExpression>

#include "ui/frame/dialog.h"

namespace equi::ui {
namespace {

// "png", "jpg", … of "Pictures (*.png *.jpg)".
QStringList endings(const QString& filters) {
  static const QRegularExpression pattern(QStringLiteral("\\*\\.(\\w+)"));
  QStringList found;
  for (auto each = pattern.globalMatch(filters); each.hasNext();) found << each.next().captured(1);
  return found;
}

QString completed(const QString& path, const QString& filters, const QString& chosen) {
  if (endings(filters).contains(QFileInfo(path).suffix(), Qt::CaseInsensitive)) return path;
  return path + QLatin1Char('.') + endings(chosen.isEmpty() ? filters : chosen).value(0);
}

}  // namespace

// The desktop's dialogs ask about the name as it was typed: what was added to it is asked about here.
QString choose_save_file(QWidget* parent, const QString& title, const QString& proposal,
                         const QString& filters) {
  QString chosen;  // filter
  QString typed = proposal;
  for (;;) {
    typed = QFileDialog::getSaveFileName(parent, title, typed, filters, &chosen);
    if (typed.isEmpty()) return {};
    const QString path = completed(typed, filters, chosen);
    if (path == typed || !QFileInfo::exists(path)) return path;
    const QString there = HouseDialog::tr("“%1” exists already.").arg(QFileInfo(path).fileName());
    if (ask(parent, HouseDialog::tr("Replace the file?"), there,
            {HouseDialog::tr("Replace"), HouseDialog::tr("Cancel")}, 0) == 0) {
      return path;
    }
  }
}

}  // namespace equi::ui
