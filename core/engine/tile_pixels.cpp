#include "core/engine/tile_pixels.h"

#include <algorithm>
#include <cstring>

namespace equi::engine {

void copy_columns(Tile& to, int to_x, const std::uint8_t* from, int from_width, int from_x, int count) {
  for (int y = 0; y < to.height; ++y) {
    std::memcpy(to.pixels.data() + (std::size_t(y) * std::size_t(to.width) + std::size_t(to_x)) * 3,
                from + (std::size_t(y) * std::size_t(from_width) + std::size_t(from_x)) * 3,
                std::size_t(count) * 3);
  }
}

void shrink_into(Tile& to, int to_x, int width, const std::uint8_t* from, int from_width, int from_height) {
  for (int y = 0; y < to.height; ++y) {
    const int top = y * from_height / to.height,
              bottom = std::max(top + 1, (y + 1) * from_height / to.height);
    for (int x = 0; x < width; ++x) {
      const int left = x * from_width / width, right = std::max(left + 1, (x + 1) * from_width / width);
      int sum[3] = {0, 0, 0};
      for (int v = top; v < bottom; ++v) {
        const auto* row = from + std::size_t(v) * std::size_t(from_width) * 3;
        for (int u = left; u < right; ++u) {
          for (int c = 0; c < 3; ++c) sum[c] += row[u * 3 + c];
        }
      }
      const int count = (bottom - top) * (right - left);
      auto* out = to.pixels.data() + (std::size_t(y) * std::size_t(to.width) + std::size_t(to_x + x)) * 3;
      for (int c = 0; c < 3; ++c) out[c] = static_cast<std::uint8_t>((sum[c] + count / 2) / count);
    }
  }
}

Tile halve(const TileKey& key, const Tile* left, const Tile* right) {
  const Tile& any = left != nullptr ? *left : *right;
  Tile tile;
  tile.key = key;
  tile.width = any.width;
  tile.height = std::max(1, any.height / 2);
  tile.pixels.resize(std::size_t(tile.width) * std::size_t(tile.height) * 3);
  tile.first = tile.width;
  for (const Tile* half : {left, right}) {
    if (half == nullptr || half->last <= half->first) continue;
    const int offset = half == left ? 0 : tile.width / 2;
    tile.sampled = tile.sampled || half->sampled;
    tile.first = std::min(tile.first, offset + half->first / 2);
    tile.last = std::max(tile.last, offset + (half->last + 1) / 2);
    for (int y = 0; y < tile.height; ++y) {
      const int below = std::min(2 * y + 1, half->height - 1);
      const auto* upper = half->pixels.data() + std::size_t(2 * y) * std::size_t(half->width) * 3;
      const auto* lower = half->pixels.data() + std::size_t(below) * std::size_t(half->width) * 3;
      auto* out = tile.pixels.data() + (std::size_t(y) * std::size_t(tile.width) + std::size_t(offset)) * 3;
      for (int x = half->first / 2; x < (half->last + 1) / 2; ++x) {
        const int a = std::max(2 * x, half->first), b = std::min(2 * x + 1, half->last - 1);
        for (int c = 0; c < 3; ++c) {
          const int sum = upper[a * 3 + c] + upper[b * 3 + c] + lower[a * 3 + c] + lower[b * 3 + c];
          out[x * 3 + c] = static_cast<std::uint8_t>((sum + 2) / 4);
        }
      }
    }
  }
  if (tile.first > tile.last) tile.first = tile.last;
  return tile;
}

}  // namespace equi::engine
