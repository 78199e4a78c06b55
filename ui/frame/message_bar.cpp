#include "ui/frame/message_bar.h"

#include <QEvent>
#include <QPushButton>
#include <QStyle>

#include "ui/log.h"
#include "ui/theme/icons.h"
#include "ui/theme/tokens.h"

namespace equi::ui {

MessageBar::MessageBar(QWidget* parent) : QWidget(parent), icon_(new QLabel), label_(new QLabel) {
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
  connect(close_, &QToolButton::clicked, this, &QWidget::hide);
  buttons_ = new QHBoxLayout;
  buttons_->setSpacing(Space::s);
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(Space::m, Space::s, Space::s, Space::s);
  layout->setSpacing(Space::s);
  layout->addWidget(icon_);
  layout->addWidget(label_, 1);
  layout->addLayout(buttons_);
  layout->addWidget(close_);
  timer_.setSingleShot(true);
  connect(&timer_, &QTimer::timeout, this, &QWidget::hide);
  hide();
}

void MessageBar::clear_buttons() {
  while (QLayoutItem* item = buttons_->takeAt(0)) {
    if (item->widget() != nullptr) item->widget()->deleteLater();
    delete item;
  }
}

void MessageBar::draw_icon() {
  const char* names[] = {"info", "warning", "error"};
  const QColor shades[] = {colors().accent, colors().warning, colors().danger};
  const auto which = static_cast<std::size_t>(kind_);
  icon_->setPixmap(icon_pixmap(QLatin1String(names[which]), Size::icon, shades[which], devicePixelRatioF()));
}

void MessageBar::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange) draw_icon();
  QWidget::changeEvent(event);
}

void MessageBar::show_message(Kind kind, const QString& title, const QString& detail,
                              const QList<Button>& buttons) {
  const char* names[] = {"note", "warning", "error"};
  kind_ = kind;
  setProperty("kind", names[static_cast<std::size_t>(kind)]);
  style()->unpolish(this);
  style()->polish(this);
  draw_icon();
  QString text = QStringLiteral("<b>%1</b>").arg(title.toHtmlEscaped());
  if (!detail.isEmpty()) text += QStringLiteral("&nbsp; ") + detail.toHtmlEscaped();
  label_->setText(text);
  label_->setAccessibleName(title + QStringLiteral(". ") + detail);
  clear_buttons();
  for (const Button& each : buttons) {
    auto* button = new QPushButton(each.text);
    connect(button, &QPushButton::clicked, this, [this, work = each.work] {
      hide();
      work();
    });
    buttons_->addWidget(button);
  }
  timer_.stop();
  if (kind == Kind::note && buttons.isEmpty()) timer_.start(Duration::notice);
  show();
}

void MessageBar::show_error(const Error& error) {
  const ErrorText text = describe(error);
  show_message(Kind::error, text.title, text.detail);
}

QString MessageBar::text() const {
  return isHidden() ? QString() : label_->accessibleName();
}

}  // namespace equi::ui
