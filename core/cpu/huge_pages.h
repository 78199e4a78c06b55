#pragma once

#include <cstddef>
#include <memory>

namespace equi::cpu {

// Anonymous memory in 2 MiB pages where the system grants them (Linux: MADV_HUGEPAGE), zeroed. Weights that
// are streamed from it come up to twice as fast as from 4 KiB pages: fewer address look-ups, and the
// prefetcher does not stop at a page's end.
class HugeBuffer {
 public:
  // Throws Error(io) when there is no such memory.
  explicit HugeBuffer(std::size_t bytes);
  HugeBuffer(const HugeBuffer&) = delete;
  HugeBuffer& operator=(const HugeBuffer&) = delete;
  ~HugeBuffer();

  std::byte* data() const { return data_; }
  std::size_t size() const { return size_; }

 private:
  std::byte* data_ = nullptr;  // 2 MiB aligned
  std::size_t size_ = 0;
  void* mapping_ = nullptr;
  std::size_t mapped_ = 0;
};

}  // namespace equi::cpu
