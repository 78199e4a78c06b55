#pragma once

#include <QComboBox>
#include <QLabel>
#include <QSlider>
#include <QToolButton>
#include <QVBoxLayout>
#include <QWidget>

#include "ui/inspector/inspection.h"

namespace equi::ui {

// One page of the inspector. It computes only while it is to be seen.
class InspectorPage : public QWidget {
  Q_OBJECT

 public:
  explicit InspectorPage(Inspection* inspection, QWidget* parent = nullptr);

 protected:
  // The columns, the canvas or a setting of the page is another: ask for what is to be shown.
  virtual void refresh() = 0;
  // Nothing is selected any more.
  virtual void clear() = 0;

  Inspection* inspection() const { return inspection_; }
  QVBoxLayout* column() const { return column_; }
  // refresh() now when the page is seen, otherwise when it comes to be.
  void ask();
  // Says under the page's pictures why there is nothing.
  void show_failure(const Error& error);
  Inspection::Failed failure();
  void show_text(const QString& text);
  // What the page shows, on the canvas too while that is switched on.
  void show_on_canvas(ColumnRange columns, const QImage& picture);

  void showEvent(QShowEvent* event) override;
  void hideEvent(QHideEvent* event) override;

 private:
  Inspection* inspection_;
  QVBoxLayout* column_;
  QLabel* text_;
  bool stale_ = true;
};

// A label and a control in one row.
QWidget* labelled(const QString& text, QWidget* control, QWidget* behind = nullptr);
QToolButton* tool_button(const QString& icon_name, const QString& tip);
QSlider* level_slider(int least, int most, int value, const QString& name);

}  // namespace equi::ui
