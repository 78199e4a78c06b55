#include "ui/export/export_preview.h"

#include <QPainter>
#include <QPainterPath>

#include "ui/theme/tokens.h"

namespace equi::ui {
namespace {

constexpr int kHeight = 120;
constexpr int kGap = Space::l;  // between the two ends, in the shape of a tear

// A zigzag line from top to bottom around x.
QPainterPath tear(qreal x, qreal top, qreal bottom) {
  constexpr qreal kTooth = 6, kDepth = 3;
  QPainterPath path;
  path.moveTo(x, top);
  bool out = true;
  for (qreal y = top + kTooth; y < bottom; y += kTooth, out = !out)
    path.lineTo(x + (out ? kDepth : -kDepth), y);
  path.lineTo(x, bottom);
  return path;
}

}  // namespace

ExportPreview::ExportPreview(QWidget* parent) : QWidget(parent) {
  setFixedHeight(kHeight);
  setAccessibleName(tr("Preview"));
}

QSize ExportPreview::sizeHint() const {
  return {560, kHeight};
}

void ExportPreview::show_pictures(const QImage& begin, const QImage& end) {
  begin_ = begin;
  end_ = end;
  update();
}

void ExportPreview::show_waiting() {
  begin_ = end_ = {};
  update();
}

void ExportPreview::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHints(QPainter::Antialiasing | QPainter::SmoothPixmapTransform);
  QPainterPath frame;
  frame.addRoundedRect(QRectF(rect()), Size::radius, Size::radius);
  painter.setClipPath(frame);
  painter.fillRect(rect(), colors().canvas);
  if (begin_.isNull()) return;
  const auto width_of = [this](const QImage& image) {
    return static_cast<qreal>(image.width()) * height() / image.height();
  };
  if (end_.isNull()) {
    const qreal width = width_of(begin_), scale = std::min<qreal>(1, rect().width() / width);
    const QRectF target((rect().width() - width * scale) / 2, (height() - height() * scale) / 2,
                        width * scale, height() * scale);
    painter.drawImage(target, begin_);
    return;
  }
  const qreal half = (rect().width() - kGap) / 2.0, right = half + kGap;
  QPainterPath left_part = tear(half, 0, height());
  left_part.lineTo(0, height());
  left_part.lineTo(0, 0);
  painter.save();
  painter.setClipPath(left_part, Qt::IntersectClip);
  painter.drawImage(QRectF(0, 0, width_of(begin_), height()), begin_);
  painter.restore();
  QPainterPath right_part = tear(right, 0, height());
  right_part.lineTo(rect().width(), height());
  right_part.lineTo(rect().width(), 0);
  painter.setClipPath(right_part, Qt::IntersectClip);
  painter.drawImage(QRectF(rect().width() - width_of(end_), 0, width_of(end_), height()), end_);
}

}  // namespace equi::ui
