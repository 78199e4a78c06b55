#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace equi::media {

// A picture that arrives column by column and leaves row by row. Small ones stay in memory, larger ones go to
// a temporary file without a name (nothing is left of it, however the program ends) in `folder`.
class BandSpool {
 public:
  static constexpr int kBlockWidth = 1024;                            // pixels; what write() takes
  static constexpr std::size_t kMemoryBytes = std::size_t{64} << 20;  // up to here no file is made

  // Throws Error(io) when the file cannot be made or the disk has not room for it.
  BandSpool(const std::filesystem::path& folder, std::int64_t width, int height,
            std::size_t memory_bytes = kMemoryBytes);
  BandSpool(const BandSpool&) = delete;
  BandSpool& operator=(const BandSpool&) = delete;
  ~BandSpool();

  // Block number x / kBlockWidth: rgb [height, w, 3], w = kBlockWidth but for the last one. Throws Error(io).
  void write(std::int64_t x, std::span<const std::uint8_t> rgb);
  // Rows [y, y + count) into rgb [count, width, 3]. Throws Error(io).
  void read_rows(int y, int count, std::span<std::uint8_t> rgb) const;

  bool in_memory() const { return file_ < 0; }
  // How many rows of this width fit into `bytes`, at least 1.
  int rows_within(std::size_t bytes) const;

 private:
  int block_width(std::int64_t block) const;
  std::uint64_t block_offset(std::int64_t block) const;
  void read_at(std::uint64_t offset, std::span<std::uint8_t> out) const;

  std::filesystem::path folder_;
  std::int64_t width_;
  int height_;
  int file_ = -1;
  std::vector<std::uint8_t> memory_;
};

}  // namespace equi::media
