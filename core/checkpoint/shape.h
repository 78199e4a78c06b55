#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace equi {

// The number of elements of a shape, or nothing when a size is negative or the product overflows std::size_t.
inline std::optional<std::size_t> element_count(const std::vector<std::int64_t>& shape) {
  std::size_t count = 1;
  bool empty = false;
  for (const std::int64_t size : shape) {
    if (size < 0) return std::nullopt;
    if (size == 0) {
      empty = true;
    } else if (__builtin_mul_overflow(count, static_cast<std::size_t>(size), &count)) {
      return std::nullopt;
    }
  }
  return empty ? 0 : count;
}

}  // namespace equi
