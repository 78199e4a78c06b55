#pragma once

#include <QColor>
#include <QLabel>
#include <QStatusBar>
#include <QTimer>
#include <QToolButton>

namespace equi::ui {

class AppController;
class Viewport;

// The status bar: column and pixel under the cursor with its colour, an unfinished batch, zoom, rate, device,
// memory.
class StatusLine : public QStatusBar {
  Q_OBJECT

 public:
  explicit StatusLine(AppController* app, QWidget* parent = nullptr);

  void show_position(qint64 column, qint64 x, int y, const QColor& color);
  void clear_position();
  void show_zoom(const Viewport& view);
  QToolButton* batch() const { return batch_; }

 Q_SIGNALS:
  void batch_wanted();

 private:
  void show_device();
  void show_memory();
  void show_rate();
  void show_batch();

  AppController* app_;
  QLabel* position_;
  QLabel* swatch_;
  QLabel* zoom_;
  QToolButton* batch_;
  QLabel* rate_;
  QLabel* device_;
  QLabel* memory_;
  QTimer timer_;
};

// Resident memory of this process in bytes; 0 where it cannot be told.
qint64 resident_bytes();

}  // namespace equi::ui
