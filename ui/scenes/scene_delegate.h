#pragma once

#include <QStyledItemDelegate>

namespace equi::ui {

// A scene as a card: the model's picture of it, its name, a star when it is a favourite.
class SceneDelegate : public QStyledItemDelegate {
  Q_OBJECT

 public:
  using QStyledItemDelegate::QStyledItemDelegate;

  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
  QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
  // Where the star of a card is.
  static QRect star_rect(const QRect& card);
};

}  // namespace equi::ui
