#pragma once

#include <QImage>
#include <QWidget>

namespace equi::ui {

// Before and after in one picture, with a divider that is dragged: left of it the picture as it is, right of
// it as it would be. With one picture alone there is no divider.
class SplitView : public QWidget {
  Q_OBJECT

 public:
  explicit SplitView(QWidget* parent = nullptr);

  void show_pictures(const QImage& before, const QImage& after);
  void show_picture(const QImage& picture) { show_pictures({}, picture); }
  void clear() { show_pictures({}, {}); }
  // Pixels [first, last) of the width that are marked above and below: the columns at hand.
  void set_marked(int first, int last);
  // What is said while there is no picture.
  void set_hint(const QString& hint);

  const QImage& before() const { return before_; }
  const QImage& after() const { return after_; }
  double divider() const { return divider_; }  // 0 .. 1
  void set_divider(double place);

  QSize sizeHint() const override;
  int heightForWidth(int width) const override;  // that it takes by itself

 Q_SIGNALS:
  void divider_moved(double place);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  void hold_height();
  QRectF picture_rect() const;
  bool divided() const { return !before_.isNull(); }

  QImage before_, after_;
  QString hint_;
  int marked_first_ = 0, marked_last_ = 0;
  double divider_ = 0.5;
};

}  // namespace equi::ui
