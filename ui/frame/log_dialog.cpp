#include "ui/frame/log_dialog.h"

#include <QApplication>
#include <QClipboard>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>

#include "ui/theme/tokens.h"

namespace equi::ui {

LogDialog::LogDialog(const Log& log, QWidget* parent)
    : HouseDialog(tr("Log"), parent), log_(log), text_(new QPlainTextEdit) {
  resize(720, 460);
  set_heading(tr("Log"), tr("What has happened since the program was started."));
  text_->setReadOnly(true);
  text_->setFont(role_font(TextRole::mono));
  text_->setLineWrapMode(QPlainTextEdit::NoWrap);
  text_->setPlaceholderText(tr("Nothing yet."));
  text_->setAccessibleName(tr("Log"));
  content()->addWidget(text_, 1);
  auto* buttons = add_buttons(QDialogButtonBox::Close);
  auto* copy = buttons->addButton(tr("Copy"), QDialogButtonBox::ActionRole);
  copy->setAutoDefault(false);
  connect(copy, &QPushButton::clicked, this, [this] { QApplication::clipboard()->setText(log_.as_text()); });
  connect(&log, &Log::added, this, &LogDialog::refresh);
  refresh();
}

void LogDialog::refresh() {
  text_->setPlainText(log_.as_text());
  text_->verticalScrollBar()->setValue(text_->verticalScrollBar()->maximum());
}

}  // namespace equi::ui
