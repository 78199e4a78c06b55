#pragma once

#include <QImage>
#include <cstdint>
#include <list>
#include <memory>
#include <unordered_map>

#include "core/engine/tile_cache.h"

namespace equi::ui {

// Tiles as images ready to be drawn: converted to the screen's format and, at the zoom in use, already
// scaled, so that moving the canvas is copying. GUI thread only; the least recently drawn go first.
class TileImages {
 public:
  static constexpr std::size_t kBudgetBytes = std::size_t{160} << 20;

  // The tile in full, RGB32.
  const QImage& plain(const std::shared_ptr<const engine::Tile>& tile);
  // The tile scaled to `size` device pixels (`smooth`: filtered, otherwise nearest).
  const QImage& scaled(const std::shared_ptr<const engine::Tile>& tile, QSize size, bool smooth);
  void clear();
  std::size_t bytes() const { return bytes_; }

 private:
  struct Key {
    int level = 0;
    std::int64_t index = 0;
    int width = 0, height = 0;
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const;
  };
  struct Entry {
    Key key;
    std::shared_ptr<const engine::Tile> tile;  // what the image shows
    QImage image;
  };

  const QImage* find(const Key& key, const engine::Tile* tile);
  const QImage& insert(Entry entry);
  void erase(std::list<Entry>::iterator entry);

  std::list<Entry> entries_;  // the most recently used first
  std::unordered_map<Key, std::list<Entry>::iterator, Hash> index_;
  std::size_t bytes_ = 0;
};

}  // namespace equi::ui
