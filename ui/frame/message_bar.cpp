#include "ui/frame/message_bar.h"

#include <QEvent>
#include <QPushButton>
#include <QStyle>

#include "ui/log.h"
#include "ui/theme/icons.h"
#include "ui/theme/tokens.h"

namespace equi::ui {

MessageBar::MessageBar(QWidget* parent)
    : QWidget(parent), icon_(new QLabel), label_(new QLabel), more_(new QToolButton) {
  setAttribute(Qt::WA_StyledBackground);
  setProperty("role", "message");
  setAccessibleName(tr("Message"));
  label_->setWordWrap(true);
  label_->setTextFormat(Qt::RichText);
  label_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  close_ = new QToolButton;
  close_->setIcon(icon(QStringLiteral("close")));
  close_->setIconSize(QSize(14, 14));
  close_->setToolTip(tr("Close this message"));
  close_->setAccessibleName(tr("Close this message"));
  connect(close_, &QToolButton::clicked, this, &MessageBar::dismiss);
  more_->setToolTip(tr("Show the next message"));
  connect(more_, &QToolButton::clicked, this, &MessageBar::show_next);
  buttons_ = new QHBoxLayout;
  buttons_->setSpacing(Space::s);
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(Space::m, Space::s, Space::s, Space::s);
  layout->setSpacing(Space::s);
  layout->addWidget(icon_);
  layout->addWidget(label_, 1);
  layout->addLayout(buttons_);
  layout->addWidget(more_);
  layout->addWidget(close_);
  timer_.setSingleShot(true);
  connect(&timer_, &QTimer::timeout, this, &MessageBar::dismiss);
  hide();
}

void MessageBar::clear_buttons() {
  while (QLayoutItem* item = buttons_->takeAt(0)) {
    item->widget()->hide();  // it may be the one that is being pressed
    item->widget()->deleteLater();
    delete item;
  }
}

void MessageBar::draw_icon() {
  const char* names[] = {"info", "warning", "error"};
  const QColor shades[] = {colors().accent, colors().warning, colors().danger};
  const auto which = static_cast<std::size_t>(shown_.kind);
  icon_->setPixmap(icon_pixmap(QLatin1String(names[which]), Size::icon, shades[which], devicePixelRatioF()));
}

void MessageBar::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange) draw_icon();
  QWidget::changeEvent(event);
}

void MessageBar::show_message(Kind kind, const QString& title, const QString& detail,
                              const QList<Button>& buttons) {
  // The same once more, and one failure after another, take the place of what was said before.
  const auto outdated = [&](const Message& each) {
    return each.title == title || (each.kind == Kind::error && kind == Kind::error);
  };
  waiting_.removeIf(outdated);
  if (!outdated(shown_)) keep_shown(waiting_.size());
  put({kind, title, detail, buttons});
}

void MessageBar::keep_shown(qsizetype place) {
  if (!isHidden() && !shown_.buttons.isEmpty()) waiting_.insert(place, shown_);
}

void MessageBar::put(Message message) {
  shown_ = std::move(message);
  const char* names[] = {"note", "warning", "error"};
  setProperty("kind", names[static_cast<std::size_t>(shown_.kind)]);
  style()->unpolish(this);
  style()->polish(this);
  draw_icon();
  QString text = QStringLiteral("<b>%1</b>").arg(shown_.title.toHtmlEscaped());
  if (!shown_.detail.isEmpty()) text += QStringLiteral("&nbsp; ") + shown_.detail.toHtmlEscaped();
  label_->setText(text);
  label_->setAccessibleName(shown_.title + QStringLiteral(". ") + shown_.detail);
  clear_buttons();
  for (const Button& each : shown_.buttons) {
    auto* button = new QPushButton(each.text);
    connect(button, &QPushButton::clicked, this, [this, work = each.work] {
      dismiss();
      work();
    });
    buttons_->addWidget(button);
  }
  more_->setText(tr("%L1 more").arg(waiting_.size()));
  more_->setVisible(!waiting_.isEmpty());
  timer_.stop();
  if (shown_.kind == Kind::note && shown_.buttons.isEmpty()) timer_.start(Duration::notice);
  show();
}

void MessageBar::dismiss() {
  timer_.stop();
  if (waiting_.isEmpty()) return hide();
  put(waiting_.takeLast());
}

// The shown one goes to the end of those that wait.
void MessageBar::show_next() {
  keep_shown(0);
  dismiss();
}

void MessageBar::withdraw(const QString& title) {
  waiting_.removeIf([&](const Message& each) { return each.title == title; });
  if (isHidden()) return;
  if (shown_.title == title) return dismiss();
  more_->setText(tr("%L1 more").arg(waiting_.size()));
  more_->setVisible(!waiting_.isEmpty());
}

void MessageBar::show_error(const Error& error) {
  const ErrorText text = describe(error);
  show_message(Kind::error, text.title, text.detail);
}

QString MessageBar::text() const {
  return isHidden() ? QString() : label_->accessibleName();
}

}  // namespace equi::ui
