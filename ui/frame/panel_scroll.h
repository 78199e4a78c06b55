#pragma once

#include <QScrollArea>

namespace equi::ui {

// A dock's panel that scrolls up and down and is never narrower than what is in it. It is no stop of the Tab
// key; the wheel scrolls it also over fields and sliders, unless they have the focus.
class PanelScroll : public QScrollArea {
  Q_OBJECT

 public:
  PanelScroll(QWidget* panel, const QString& name);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void fit_width();
};

}  // namespace equi::ui
