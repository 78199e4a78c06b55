#include "ui/frame/dialog.h"

#include <QPushButton>
#include <QScreen>
#include <algorithm>

#include "ui/theme/icons.h"
#include "ui/theme/tokens.h"

namespace equi::ui {

HouseDialog::HouseDialog(const QString& title, QWidget* parent)
    : QDialog(parent), outer_(new QVBoxLayout(this)), content_(new QVBoxLayout) {
  setWindowTitle(title);
  outer_->setContentsMargins(Space::l, Space::l, Space::l, Space::l);
  outer_->setSpacing(Space::m);
  content_->setSpacing(Space::s);
  outer_->addLayout(content_, 1);
}

void HouseDialog::showEvent(QShowEvent* event) {
  const QScreen* place = parentWidget() != nullptr ? parentWidget()->screen() : screen();
  const QSize room = place->availableSize() - QSize(0, Size::title_bar);
  resize(size().boundedTo(room.expandedTo(minimumSizeHint())));
  QDialog::showEvent(event);
}

void HouseDialog::set_heading(const QString& heading, const QString& text) {
  auto* title = new QLabel(heading);
  title->setProperty("role", "heading");
  auto* block = new QVBoxLayout;
  block->setSpacing(2);
  block->addWidget(title);
  if (!text.isEmpty()) {
    auto* line = new QLabel(text);
    line->setProperty("role", "muted");
    line->setWordWrap(true);
    block->addWidget(line);
  }
  outer_->insertLayout(0, block);
}

QDialogButtonBox* HouseDialog::add_buttons(QDialogButtonBox::StandardButtons buttons) {
  auto* box = new QDialogButtonBox(buttons);
  connect(box, &QDialogButtonBox::accepted, this, &QDialog::accept);
  connect(box, &QDialogButtonBox::rejected, this, &QDialog::reject);
  // Closing is no deed that wants the accent.
  if (QPushButton* close = box->button(QDialogButtonBox::Close)) close->setAutoDefault(false);
  outer_->addWidget(box);
  return box;
}

void align_labels(QFormLayout* form) {
  QList<QWidget*> labels;
  int width = 0;
  for (int row = 0; row < form->rowCount(); ++row) {
    const auto* item = form->itemAt(row, QFormLayout::LabelRole);
    if (item == nullptr || item->widget() == nullptr) continue;
    labels << item->widget();
    width = std::max(width, item->widget()->sizeHint().width());
  }
  for (QWidget* label : labels) label->setMinimumSize(width, Size::control);
}

int ask(QWidget* parent, const QString& title, const QString& text, const QStringList& answers, int danger) {
  QDialog dialog(parent);
  dialog.setObjectName(QStringLiteral("question"));
  dialog.setWindowTitle(title);
  auto* sign = new QLabel;
  sign->setPixmap(icon_pixmap(danger >= 0 ? QStringLiteral("warning") : QStringLiteral("help"), 28,
                              danger >= 0 ? colors().warning : colors().accent, dialog.devicePixelRatioF()));
  auto* heading = new QLabel(title);
  heading->setProperty("role", "heading");
  heading->setWordWrap(true);
  auto* line = new QLabel(text);
  line->setProperty("role", "muted");
  line->setWordWrap(true);
  line->setMinimumWidth(320);
  auto* words = new QVBoxLayout;
  words->setSpacing(Space::xs);
  words->addWidget(heading);
  words->addWidget(line);
  auto* top = new QHBoxLayout;
  top->setSpacing(Space::m);
  top->addWidget(sign, 0, Qt::AlignTop);
  top->addLayout(words, 1);
  auto* buttons = new QHBoxLayout;
  buttons->setSpacing(Space::s);
  buttons->addStretch();
  int answer = -1;
  for (int i = static_cast<int>(answers.size()) - 1; i >= 0; --i) {
    auto* button = new QPushButton(answers[i]);
    button->setAutoDefault(false);
    if (i == 0) button->setDefault(true);
    if (i == danger) button->setProperty("role", "danger");
    QObject::connect(button, &QPushButton::clicked, &dialog, [&dialog, &answer, i] {
      answer = i;
      dialog.accept();
    });
    buttons->addWidget(button);
  }
  auto* layout = new QVBoxLayout(&dialog);
  layout->setContentsMargins(Space::l, Space::l, Space::l, Space::l);
  layout->setSpacing(Space::l);
  layout->addLayout(top);
  layout->addLayout(buttons);
  dialog.exec();
  return answer;
}

}  // namespace equi::ui
