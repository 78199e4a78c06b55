#pragma once

#include <QImage>
#include <QWidget>

namespace equi::ui {

// Shows what will be exported: the whole of a narrow picture, the two ends of a wide one with a gap between.
class ExportPreview : public QWidget {
  Q_OBJECT

 public:
  explicit ExportPreview(QWidget* parent = nullptr);

  // The picture's beginning and end at the preview's height; `end` is null when the beginning is all of it.
  void show_pictures(const QImage& begin, const QImage& end);
  void show_waiting();
  bool has_picture() const { return !begin_.isNull(); }
  QSize sizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  QImage begin_, end_;
};

}  // namespace equi::ui
