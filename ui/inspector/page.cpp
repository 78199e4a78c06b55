#include "ui/inspector/page.h"

#include <QHBoxLayout>

#include "ui/log.h"
#include "ui/theme/icons.h"
#include "ui/theme/tokens.h"

namespace equi::ui {
namespace {

constexpr int kPageLabelWidth = 64;
constexpr int kPageComboLetters = 8;  // at least; it is as wide as there is room

}  // namespace

InspectorPage::InspectorPage(Inspection* inspection, QWidget* parent)
    : QWidget(parent), inspection_(inspection), column_(new QVBoxLayout), text_(new QLabel) {
  setProperty("role", "panel");
  text_->setWordWrap(true);
  text_->setProperty("role", "muted");
  text_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  text_->hide();
  column_->setSpacing(Space::s);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, Space::m, 0, 0);
  layout->setSpacing(Space::s);
  layout->addLayout(column_);
  layout->addWidget(text_);
  layout->addStretch();
  connect(inspection, &Inspection::changed, this, &InspectorPage::ask);
}

void InspectorPage::ask() {
  if (!inspection_->any()) {
    stale_ = true;
    text_->hide();
    return clear();
  }
  stale_ = !isVisible();
  if (!stale_) refresh();
}

void InspectorPage::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  if (stale_) ask();
}

void InspectorPage::hideEvent(QHideEvent* event) {
  QWidget::hideEvent(event);
  stale_ = true;
  show_on_canvas({}, {});
}

void InspectorPage::show_text(const QString& text) {
  text_->setText(text);
  text_->setVisible(!text.isEmpty());
}

void InspectorPage::show_failure(const Error& error) {
  const ErrorText text = describe(error);
  show_text(text.detail.isEmpty() ? text.title : text.title + QStringLiteral("\n") + text.detail);
}

Inspection::Failed InspectorPage::failure() {
  return [this](const Error& error) { show_failure(error); };
}

// What comes late is not shown any more.
void InspectorPage::show_on_canvas(ColumnRange columns, const QImage& picture) {
  if (columns.size() > 0 && !(isVisible() && inspection_->any())) return;
  inspection_->show_on_canvas(columns, picture);
}

QWidget* labelled(const QString& text, QWidget* control, QWidget* behind) {
  if (auto* combo = qobject_cast<QComboBox*>(control)) {
    combo->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    combo->setMinimumContentsLength(kPageComboLetters);
  }
  auto* row = new QWidget;
  auto* label = new QLabel(text);
  label->setBuddy(control);
  label->setMinimumWidth(kPageLabelWidth);
  label->setProperty("role", "muted");
  auto* layout = new QHBoxLayout(row);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(Space::s);
  layout->addWidget(label);
  layout->addWidget(control, 1);
  if (behind != nullptr) layout->addWidget(behind);
  return row;
}

QToolButton* tool_button(const QString& icon_name, const QString& tip) {
  auto* button = new QToolButton;
  button->setIcon(icon(icon_name));
  button->setIconSize(QSize(Size::icon, Size::icon));
  button->setToolTip(tip);
  button->setAccessibleName(tip);
  return button;
}

QSlider* level_slider(int least, int most, int value, const QString& name) {
  auto* slider = new QSlider(Qt::Horizontal);
  slider->setRange(least, most);
  slider->setValue(value);
  slider->setAccessibleName(name);
  slider->setMinimumHeight(20);
  return slider;
}

}  // namespace equi::ui
