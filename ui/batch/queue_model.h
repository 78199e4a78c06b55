#pragma once

#include <QAbstractTableModel>
#include <QCache>
#include <QHash>
#include <QPixmap>

#include "ui/batch/batch_host.h"

namespace equi::ui {

// The queue as a table, in the order of the queue.
class QueueModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column { picture, file, scene, seed, width, guidance, steps, state, column_count };
  static constexpr int kThumbnailWidth = 240, kThumbnailHeight = 30;
  static constexpr int kThumbnailsKept = 256;  // 115 kB each; the others are read again when they are seen

  explicit QueueModel(BatchHost* host, QObject* parent = nullptr);

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  const batch::ItemRow& row(int index) const { return rows_[static_cast<std::size_t>(index)]; }
  qsizetype thumbnails_kept() const { return thumbnails_.size(); }
  // Why a picture failed or was set aside, with its file's name; empty for others.
  QString failure(int row) const;

 private:
  void take_rows();
  void take_thumbnail(qint64 item, const QImage& image);
  QString state_text(const batch::ItemRow& row) const;
  QVariant text(const batch::ItemRow& row, int column) const;
  QVariant thumbnail(const batch::ItemRow& row) const;
  QVariant shade(const batch::ItemRow& row, int column) const;

  BatchHost* host_;
  std::vector<batch::ItemRow> rows_;
  QCache<qint64, QPixmap> thumbnails_{kThumbnailsKept};  // null: there is none
  mutable QHash<QRgb, QPixmap> blanks_;                  // where no picture is yet, by colour
};

// A state in words.
QString state_name(batch::ItemState state);

}  // namespace equi::ui
