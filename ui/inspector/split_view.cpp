#include "ui/inspector/split_view.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <algorithm>

#include "ui/theme/tokens.h"

namespace equi::ui {
namespace {

constexpr int kSplitMark = 3;           // height of the marks, logical pixels
constexpr int kSplitEmptyHeight = 120;  // without a picture
constexpr int kSplitMostHeight = 180;   // what is set beside it stays in sight
constexpr double kSplitKeyStep = 0.05;

void paint_split_label(QPainter& painter, const QRectF& where, Qt::Alignment align, const QString& text) {
  painter.setFont(role_font(TextRole::small));
  QRectF box = painter.boundingRect(where.adjusted(6, 6, -6, -6), static_cast<int>(align), text);
  box.adjust(-5, -2, 5, 2);
  painter.setPen(Qt::NoPen);
  painter.setBrush(QColor(0, 0, 0, 140));
  painter.drawRoundedRect(box, 4, 4);
  painter.setPen(Qt::white);
  painter.drawText(box, Qt::AlignCenter, text);
}

}  // namespace

SplitView::SplitView(QWidget* parent) : QWidget(parent) {
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  setAccessibleName(tr("Before and after"));
  setAccessibleDescription(tr("The arrow keys move the divider"));
}

// The layouts of tabs and scroll areas do not ask how high a width wants to be: it holds its height itself.
void SplitView::hold_height() {
  const int wanted = heightForWidth(width());
  if (minimumHeight() != wanted || maximumHeight() != wanted) setFixedHeight(wanted);
}

void SplitView::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  if (event->size().width() != event->oldSize().width()) hold_height();
}

QSize SplitView::sizeHint() const {
  return {280, heightForWidth(280)};
}

int SplitView::heightForWidth(int width) const {
  if (after_.isNull()) return kSplitEmptyHeight;
  const int scaled = static_cast<int>(static_cast<double>(after_.height()) * width / after_.width());
  return std::min(scaled, kSplitMostHeight) + 2 * kSplitMark;
}

void SplitView::show_pictures(const QImage& before, const QImage& after) {
  const bool same_shape = after.size() == after_.size();  // of the picture before
  before_ = before.size() == after.size() ? before : QImage();
  after_ = after;
  setFocusPolicy(divided() ? Qt::StrongFocus : Qt::NoFocus);
  setCursor(divided() ? Qt::SplitHCursor : Qt::ArrowCursor);
  if (!same_shape) hold_height();
  update();
}

void SplitView::set_marked(int first, int last) {
  marked_first_ = first;
  marked_last_ = last;
  update();
}

void SplitView::set_hint(const QString& hint) {
  hint_ = hint;
  update();
}

void SplitView::set_divider(double place) {
  const double wanted = std::clamp(place, 0.0, 1.0);
  if (wanted == divider_) return;
  divider_ = wanted;
  update();
  Q_EMIT divider_moved(divider_);
}

QRectF SplitView::picture_rect() const {
  const QRectF room = QRectF(rect()).adjusted(0, kSplitMark, 0, -kSplitMark);
  const double scale = std::min(room.width() / after_.width(), room.height() / after_.height());
  const QSizeF size(after_.width() * scale, after_.height() * scale);
  return {QPointF(room.center().x() - size.width() / 2, room.center().y() - size.height() / 2), size};
}

void SplitView::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const Colors& c = colors();
  if (after_.isNull()) {
    painter.setPen(Qt::NoPen);
    painter.setBrush(c.field);
    painter.drawRoundedRect(rect(), 4, 4);
    painter.setPen(c.text_muted);
    painter.drawText(rect().adjusted(Space::m, 0, -Space::m, 0), Qt::AlignCenter | Qt::TextWordWrap, hint_);
    return;
  }
  const QRectF where = picture_rect();
  painter.setRenderHint(QPainter::SmoothPixmapTransform, where.width() < 2.0 * after_.width());
  painter.drawImage(where, after_);
  const double line = where.left() + where.width() * divider_;
  if (divided()) {
    const QRectF part(0, 0, before_.width() * divider_, before_.height());
    painter.drawImage(QRectF(where.left(), where.top(), line - where.left(), where.height()), before_, part);
  }
  if (marked_last_ > marked_first_) {
    const double scale = where.width() / after_.width();
    const QRectF mark(where.left() + marked_first_ * scale, 0, (marked_last_ - marked_first_) * scale,
                      kSplitMark - 1);
    painter.fillRect(mark.translated(0, where.top() - kSplitMark), c.accent);
    painter.fillRect(mark.translated(0, where.bottom() + 1), c.accent);
  }
  if (!divided()) return;
  painter.fillRect(QRectF(line - 1, where.top(), 2, where.height()), Qt::white);
  painter.setPen(QPen(QColor(0, 0, 0, 90), 1));
  painter.setBrush(hasFocus() ? c.accent : QColor(Qt::white));
  painter.drawEllipse(QPointF(line, where.center().y()), 7, 7);
  if (divider_ > 0.2) paint_split_label(painter, where, Qt::AlignLeft | Qt::AlignBottom, tr("before"));
  if (divider_ < 0.8) paint_split_label(painter, where, Qt::AlignRight | Qt::AlignBottom, tr("after"));
}

void SplitView::mousePressEvent(QMouseEvent* event) {
  mouseMoveEvent(event);
}

void SplitView::mouseMoveEvent(QMouseEvent* event) {
  if (!divided() || (event->buttons() & Qt::LeftButton) == 0) return;
  const QRectF where = picture_rect();
  set_divider((event->position().x() - where.left()) / where.width());
}

void SplitView::keyPressEvent(QKeyEvent* event) {
  if (divided() && event->key() == Qt::Key_Left) return set_divider(divider_ - kSplitKeyStep);
  if (divided() && event->key() == Qt::Key_Right) return set_divider(divider_ + kSplitKeyStep);
  QWidget::keyPressEvent(event);
}

}  // namespace equi::ui
