#include "ui/frame/empty_state.h"

#include <QEvent>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/theme/icons.h"
#include "ui/theme/tokens.h"

namespace equi::ui {
namespace {

constexpr int kNarrowestText = 96, kWidestText = 460;  // logical pixels

}  // namespace

EmptyState::EmptyState(const QString& icon, const QString& title, const QString& text, QWidget* parent)
    : QWidget(parent), icon_name_(icon), icon_(new QLabel), title_(new QLabel), text_(new QLabel) {
  icon_->setAlignment(Qt::AlignCenter);
  title_->setProperty("role", "heading");
  text_->setProperty("role", "muted");
  for (QLabel* label : {title_, text_}) {
    label->setAlignment(Qt::AlignCenter);
    label->setWordWrap(true);
  }
  buttons_ = new QHBoxLayout;
  buttons_->setSpacing(Space::s);
  buttons_->addStretch();
  buttons_->addStretch();
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(Space::l, Space::l, Space::l, Space::l);
  layout->setSpacing(Space::s);
  layout->addStretch(2);
  layout->addWidget(icon_, 0, Qt::AlignHCenter);
  layout->addWidget(title_, 0);
  layout->addWidget(text_, 0, Qt::AlignHCenter);
  layout->addSpacing(Space::s);
  layout->addLayout(buttons_);
  layout->addStretch(3);
  set_text(title, text);
  draw_icon();
}

QPushButton* EmptyState::add_button(const QString& text, bool primary) {
  auto* button = new QPushButton(text);
  if (primary) button->setProperty("role", "primary");
  buttons_->insertWidget(buttons_->count() - 1, button);
  return button;
}

void EmptyState::set_text(const QString& title, const QString& text) {
  title_->setText(title);
  text_->setText(text);
  fit_text();
}

// A layout gives a wrapped label in its middle too little height.
void EmptyState::fit_text() {
  const int room = std::clamp(width() - 2 * Space::l, kNarrowestText, kWidestText);
  text_->setFixedWidth(room);
  text_->setMinimumHeight(std::max(0, text_->heightForWidth(room)));
}

// The text takes what room there is; it does not ask for it.
QSize EmptyState::minimumSizeHint() const {
  return {kNarrowestText + 2 * Space::l, QWidget::minimumSizeHint().height()};
}

void EmptyState::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  fit_text();
}

void EmptyState::draw_icon() {
  icon_->setPixmap(icon_pixmap(icon_name_, Size::icon_large, colors().text_faint, devicePixelRatioF()));
}

void EmptyState::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange) draw_icon();
  QWidget::changeEvent(event);
}

}  // namespace equi::ui
