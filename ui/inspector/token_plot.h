#pragma once

#include <QWidget>
#include <vector>

namespace equi::ui {

// The numbers of a token as bars around zero. The cursor tells each.
class TokenPlot : public QWidget {
  Q_OBJECT

 public:
  explicit TokenPlot(QWidget* parent = nullptr);

  void show_token(std::vector<float> values);
  const std::vector<float>& values() const { return values_; }
  QSize sizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;
  bool event(QEvent* event) override;

 private:
  std::vector<float> values_;
};

}  // namespace equi::ui
