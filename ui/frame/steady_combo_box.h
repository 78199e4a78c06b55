#pragma once

#include <QComboBox>
#include <QWheelEvent>

namespace equi::ui {

// A choice that takes effect at once and costs something: the wheel, meant for what it lies on, leaves it as
// it is.
class SteadyComboBox : public QComboBox {
 public:
  using QComboBox::QComboBox;

 protected:
  void wheelEvent(QWheelEvent* event) override { event->ignore(); }
};

}  // namespace equi::ui
