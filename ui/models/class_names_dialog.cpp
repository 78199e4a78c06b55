#include "ui/models/class_names_dialog.h"

#include <QFile>
#include <QFileDialog>
#include <QPushButton>

#include "ui/theme/tokens.h"

namespace equi::ui {
namespace {

constexpr qint64 kLargestFile = 4 << 20;

}  // namespace

ClassNamesDialog::ClassNamesDialog(const std::vector<std::string>& names, QWidget* parent)
    : HouseDialog(tr("Class names"), parent),
      count_(names.size()),
      text_(new QPlainTextEdit),
      status_(new QLabel) {
  resize(420, 520);
  set_heading(tr("Class names"), tr("One name a line, in the order of the classes."));
  QStringList lines;
  for (const auto& name : names) lines << QString::fromStdString(name);
  text_->setPlainText(lines.join(QLatin1Char('\n')));
  text_->setAccessibleName(tr("Class names"));
  status_->setProperty("role", "muted");
  content()->addWidget(text_, 1);
  content()->addWidget(status_);
  auto* buttons = add_buttons(QDialogButtonBox::Save | QDialogButtonBox::Cancel);
  accept_ = buttons->button(QDialogButtonBox::Save);
  auto* read = buttons->addButton(tr("Read a file…"), QDialogButtonBox::ActionRole);
  connect(read, &QPushButton::clicked, this, [this] {
    QFile file(
        QFileDialog::getOpenFileName(this, tr("Class names"), QString(), tr("Text (*.txt);;All files (*)")));
    if (!file.fileName().isEmpty() && file.open(QIODevice::ReadOnly) && file.size() <= kLargestFile) {
      text_->setPlainText(QString::fromUtf8(file.readAll()).trimmed());
    }
  });
  connect(text_, &QPlainTextEdit::textChanged, this, &ClassNamesDialog::check);
  check();
}

std::vector<std::string> ClassNamesDialog::names() const {
  std::vector<std::string> names;
  for (const QString& line : text_->toPlainText().split(QLatin1Char('\n')))
    names.push_back(line.trimmed().toStdString());
  while (names.size() > count_ && names.back().empty()) names.pop_back();
  return names;
}

void ClassNamesDialog::check() {
  const auto lines = names();
  const bool fits = lines.size() == count_;
  status_->setText(tr("%1 of %2 names").arg(lines.size()).arg(count_));
  accept_->setEnabled(fits);
}

}  // namespace equi::ui
