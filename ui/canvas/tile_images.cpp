#include "ui/canvas/tile_images.h"

#include <functional>
#include <iterator>

namespace equi::ui {

std::size_t TileImages::Hash::operator()(const Key& key) const {
  std::size_t hash = std::hash<std::int64_t>()(key.index);
  for (const int part : {key.level, key.width, key.height})
    hash = hash * 1000003U + static_cast<std::size_t>(part);
  return hash;
}

void TileImages::erase(std::list<Entry>::iterator entry) {
  bytes_ -= static_cast<std::size_t>(entry->image.sizeInBytes());
  index_.erase(entry->key);
  entries_.erase(entry);
}

// An image of an older tile at the same place is dropped.
const QImage* TileImages::find(const Key& key, const engine::Tile* tile) {
  const auto found = index_.find(key);
  if (found == index_.end()) return nullptr;
  if (found->second->tile.get() != tile) {
    erase(found->second);
    return nullptr;
  }
  entries_.splice(entries_.begin(), entries_, found->second);
  return &entries_.front().image;
}

const QImage& TileImages::insert(Entry entry) {
  bytes_ += static_cast<std::size_t>(entry.image.sizeInBytes());
  entries_.push_front(std::move(entry));
  index_[entries_.front().key] = entries_.begin();
  while (bytes_ > kBudgetBytes && entries_.size() > 1) erase(std::prev(entries_.end()));
  return entries_.front().image;
}

const QImage& TileImages::plain(const std::shared_ptr<const engine::Tile>& tile) {
  const Key key{tile->key.level, tile->key.index, tile->width, tile->height};
  if (const QImage* known = find(key, tile.get())) return *known;
  const QImage wrapped(tile->pixels.data(), tile->width, tile->height, qsizetype{3} * tile->width,
                       QImage::Format_RGB888);
  return insert({key, tile, wrapped.convertToFormat(QImage::Format_RGB32)});
}

const QImage& TileImages::scaled(const std::shared_ptr<const engine::Tile>& tile, QSize size, bool smooth) {
  const Key key{tile->key.level, tile->key.index, size.width(), size.height()};
  if (const QImage* known = find(key, tile.get())) return *known;
  const QImage wrapped(tile->pixels.data(), tile->width, tile->height, qsizetype{3} * tile->width,
                       QImage::Format_RGB888);
  QImage image =
      wrapped.convertToFormat(QImage::Format_RGB32)
          .scaled(size, Qt::IgnoreAspectRatio, smooth ? Qt::SmoothTransformation : Qt::FastTransformation);
  return insert({key, tile, std::move(image)});
}

void TileImages::clear() {
  entries_.clear();
  index_.clear();
  bytes_ = 0;
}

}  // namespace equi::ui
