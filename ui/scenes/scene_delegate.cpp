#include "ui/scenes/scene_delegate.h"

#include <QPainter>
#include <QPainterPath>

#include "ui/scenes/scene_model.h"
#include "ui/theme/icons.h"
#include "ui/theme/tokens.h"

namespace equi::ui {
namespace {

constexpr int kMargin = 5;
constexpr int kLabel = 22;

QRect picture_rect(const QRect& card) {
  const QRect inner = card.adjusted(kMargin, kMargin, -kMargin, -kMargin);
  return {inner.left(), inner.top(), inner.width(), inner.height() - kLabel};
}

}  // namespace

QRect SceneDelegate::star_rect(const QRect& card) {
  const QRect picture = picture_rect(card);
  return {picture.right() - 22, picture.top() + 2, 20, 20};
}

QSize SceneDelegate::sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const {
  return {Size::thumbnail_width + 2 * kMargin, Size::thumbnail_height + kLabel + 2 * kMargin};
}

void SceneDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                          const QModelIndex& index) const {
  const Colors& c = colors();
  const bool hover = (option.state & QStyle::State_MouseOver) != 0;
  const bool selected = (option.state & QStyle::State_Selected) != 0;
  const bool focus = (option.state & QStyle::State_HasFocus) != 0;
  painter->save();
  painter->setRenderHint(QPainter::Antialiasing);
  if (hover || selected) {
    painter->setPen(Qt::NoPen);
    painter->setBrush(selected ? c.accent_soft : c.hover);
    painter->drawRoundedRect(QRectF(option.rect).adjusted(1, 1, -1, -1), Size::radius, Size::radius);
  }
  const QRect picture = picture_rect(option.rect);
  QPainterPath shape;
  shape.addRoundedRect(QRectF(picture), 4, 4);
  const QImage image = index.data(SceneModel::ThumbnailRole).value<QImage>();
  if (image.isNull()) {
    painter->fillPath(shape, c.hover);
    painter->drawPixmap(
        picture.center() - QPoint(9, 9),
        icon_pixmap(QStringLiteral("photo"), 18, c.text_faint, painter->device()->devicePixelRatioF()));
  } else {
    painter->setClipPath(shape);
    painter->setRenderHint(QPainter::SmoothPixmapTransform);
    painter->drawImage(picture, image);
    painter->setClipping(false);
  }
  if (focus) {
    painter->setPen(QPen(c.accent, 2));
    painter->setBrush(Qt::NoBrush);
    painter->drawRoundedRect(QRectF(picture).adjusted(0, 0, 0, 0), 4, 4);
  }
  const bool favourite = index.data(SceneModel::FavouriteRole).toBool();
  if (favourite || hover) {
    const QRect star = star_rect(option.rect);
    painter->setPen(Qt::NoPen);
    painter->setBrush(QColor(0, 0, 0, 110));
    painter->drawRoundedRect(star, 5, 5);
    painter->drawPixmap(star.topLeft() + QPoint(3, 3),
                        icon_pixmap(favourite ? QStringLiteral("star-filled") : QStringLiteral("star"), 14,
                                    favourite ? QColor("#ffd166") : QColor(Qt::white),
                                    painter->device()->devicePixelRatioF()));
  }
  const QRect label(picture.left(), picture.bottom() + 3, picture.width(), kLabel - 3);
  painter->setPen(c.text);
  painter->setFont(role_font(TextRole::small));
  painter->drawText(label, Qt::AlignLeft | Qt::AlignVCenter,
                    painter->fontMetrics().elidedText(index.data(Qt::DisplayRole).toString(), Qt::ElideRight,
                                                      label.width()));
  painter->restore();
}

}  // namespace equi::ui
