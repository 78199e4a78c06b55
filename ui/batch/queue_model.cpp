#include "ui/batch/queue_model.h"

#include <QLocale>
#include <QPainter>

#include "ui/theme/icons.h"
#include "ui/theme/tokens.h"

namespace equi::ui {

using batch::ItemState;

namespace {

constexpr int kPixels = 2;  // of a thumbnail for one of the screen: sharp on fine screens

}  // namespace

QString state_name(ItemState state) {
  switch (state) {
    case ItemState::waiting:
      return QueueModel::tr("Waiting");
    case ItemState::running:
      return QueueModel::tr("Being made");
    case ItemState::done:
      return QueueModel::tr("Done");
    case ItemState::failed:
      return QueueModel::tr("Failed");
    case ItemState::cancelled:
      return QueueModel::tr("Cancelled");
    case ItemState::set_aside:
      break;
  }
  return QueueModel::tr("Set aside");
}

QueueModel::QueueModel(BatchHost* host, QObject* parent) : QAbstractTableModel(parent), host_(host) {
  connect(host, &BatchHost::opened, this, [this] {
    beginResetModel();
    rows_.clear();
    thumbnails_.clear();
    endResetModel();
  });
  connect(host, &BatchHost::rows_changed, this, &QueueModel::take_rows);
  connect(host, &BatchHost::thumbnail, this, &QueueModel::take_thumbnail);
  connect(host, &BatchHost::progress_changed, this, [this] {
    if (!rows_.empty()) Q_EMIT dataChanged(index(0, state), index(rowCount() - 1, state), {Qt::DisplayRole});
  });
  take_rows();
}

int QueueModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int QueueModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : column_count;
}

// The selection stays where it is as long as the rows are the same.
void QueueModel::take_rows() {
  const auto rows = host_->is_open() ? host_->rows() : std::vector<batch::ItemRow>();
  if (rows.size() != rows_.size()) {
    beginResetModel();
    rows_ = rows;
    endResetModel();
    return;
  }
  rows_ = rows;
  if (!rows_.empty()) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, column_count - 1));
}

void QueueModel::take_thumbnail(qint64 item, const QImage& image) {
  auto* pixmap = new QPixmap;
  if (!image.isNull()) {
    const QSize size = QSize(kThumbnailWidth, kThumbnailHeight) * kPixels;
    *pixmap = QPixmap::fromImage(image.scaled(size, Qt::KeepAspectRatio, Qt::SmoothTransformation));
    pixmap->setDevicePixelRatio(kPixels);
  }
  thumbnails_.insert(item, pixmap);
  for (int i = 0; i < rowCount(); ++i) {
    if (row(i).number == item) Q_EMIT dataChanged(index(i, picture), index(i, picture), {Qt::DecorationRole});
  }
}

QString QueueModel::state_text(const batch::ItemRow& row) const {
  const auto& progress = host_->progress();
  switch (row.state) {
    case ItemState::running:
      if (!host_->running()) return tr("Half made");
      if (progress.total <= 0) return state_name(row.state);
      if (progress.done >= progress.total) return tr("Being written");
      return tr("%1 %").arg(100 * progress.done / progress.total);
    case ItemState::done:
      return tr("Done in %L1 s").arg(row.seconds, 0, 'f', row.seconds < 10 ? 1 : 0);
    case ItemState::set_aside:
      return tr("Set aside: the program ended twice while it was being made");
    default:
      break;
  }
  if (row.reason.empty()) return state_name(row.state);
  return state_name(row.state) + QStringLiteral(": ") + QString::fromStdString(row.reason);
}

QString QueueModel::failure(int index) const {
  const auto& r = row(index);
  if (r.state != ItemState::failed && r.state != ItemState::set_aside) return {};
  return text(r, file).toString() + QStringLiteral(": ") + state_text(r);
}

QVariant QueueModel::text(const batch::ItemRow& row, int column) const {
  const auto& item = host_->items()[static_cast<std::size_t>(row.number)];
  switch (column) {
    case file:
      return QString::fromStdString(item.file);
    case scene:
      return QString::fromStdString(item.scene_name);
    case seed:
      return QString::number(item.seed);
    case width:
      return QLocale().toString(static_cast<qlonglong>(item.width));
    case guidance:
      return QLocale().toString(item.guidance, 'g', 4);
    case steps:
      return item.steps;
    case state:
      return state_text(row);
    default:
      return {};
  }
}

// Read once it is seen: a queue can have more pictures than memory has room for.
QVariant QueueModel::thumbnail(const batch::ItemRow& row) const {
  if (row.state == ItemState::done) {
    const QPixmap* found = thumbnails_.object(row.number);
    if (found == nullptr) {
      host_->want_thumbnail(row.number);
    } else if (!found->isNull()) {
      return *found;
    }
  }
  QPixmap& blank = blanks_[colors().border.rgb()];
  if (blank.isNull()) {
    blank = QPixmap(QSize(kThumbnailHeight * 2, kThumbnailHeight) * kPixels);
    blank.setDevicePixelRatio(kPixels);
    blank.fill(Qt::transparent);
    QPainter painter(&blank);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colors().border);
    painter.drawRoundedRect(QRectF(0, 0, kThumbnailHeight * 2, kThumbnailHeight), Space::xs, Space::xs);
  }
  return blank;
}

QVariant QueueModel::shade(const batch::ItemRow& row, int column) const {
  const bool wrong = row.state == ItemState::failed || row.state == ItemState::set_aside;
  if (column == state && wrong) return colors().danger;
  if (column == state && row.state == ItemState::running) return colors().accent;
  if (row.state == ItemState::cancelled) return colors().text_faint;
  return {};
}

QVariant QueueModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || index.row() >= rowCount() || !host_->is_open()) return {};
  const auto& r = row(index.row());
  const int column = index.column();
  switch (role) {
    case Qt::DisplayRole:
      return text(r, column);
    case Qt::DecorationRole:
      return column == picture ? thumbnail(r) : QVariant();
    case Qt::AccessibleTextRole:
      return column == picture ? text(r, file) : QVariant();
    case Qt::ToolTipRole:
      return column == file || column == state ? text(r, column) : QVariant();
    case Qt::ForegroundRole:
      return shade(r, column);
    case Qt::TextAlignmentRole:
      return QVariant((column >= seed && column <= steps ? Qt::AlignRight : Qt::AlignLeft) |
                      Qt::AlignVCenter);
    default:
      return {};
  }
}

QVariant QueueModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || section >= column_count) return {};
  if (role == Qt::TextAlignmentRole) {
    return QVariant((section >= seed && section <= steps ? Qt::AlignRight : Qt::AlignLeft) |
                    Qt::AlignVCenter);
  }
  if (role != Qt::DisplayRole) return {};
  const QString titles[] = {tr("Picture"), tr("File"),     tr("Scene"), tr("Seed"),
                            tr("Columns"), tr("Guidance"), tr("Steps"), tr("State")};
  return titles[section];
}

}  // namespace equi::ui
