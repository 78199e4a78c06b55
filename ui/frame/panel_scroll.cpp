#include "ui/frame/panel_scroll.h"

#include <QAbstractSlider>
#include <QAbstractSpinBox>
#include <QComboBox>
#include <QEvent>

namespace equi::ui {
namespace {

constexpr int kScrollBar = 10;  // logical pixels, as in the style sheet

}  // namespace

PanelScroll::PanelScroll(QWidget* panel, const QString& name) {
  setWidgetResizable(true);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setFrameShape(QFrame::NoFrame);
  setFocusPolicy(Qt::NoFocus);
  setAccessibleName(name);
  setWidget(panel);
  for (QWidget* child : panel->findChildren<QWidget*>()) {
    if (qobject_cast<QAbstractSpinBox*>(child) == nullptr && qobject_cast<QComboBox*>(child) == nullptr &&
        qobject_cast<QAbstractSlider*>(child) == nullptr) {
      continue;
    }
    if (child->focusPolicy() == Qt::WheelFocus) child->setFocusPolicy(Qt::StrongFocus);
    child->installEventFilter(this);
  }
  fit_width();
}

bool PanelScroll::eventFilter(QObject* watched, QEvent* event) {
  if (watched == widget() && event->type() == QEvent::LayoutRequest) fit_width();
  auto* field = qobject_cast<QWidget*>(watched);  // one of the panel's, or a scroll bar of this
  if (event->type() == QEvent::Wheel && widget() != nullptr && widget()->isAncestorOf(field) &&
      field != widget() && !field->hasFocus()) {
    event->ignore();  // on to the panel
    return true;
  }
  return QScrollArea::eventFilter(watched, event);
}

void PanelScroll::fit_width() {
  setMinimumWidth(widget()->minimumSizeHint().width() + kScrollBar);
}

}  // namespace equi::ui
