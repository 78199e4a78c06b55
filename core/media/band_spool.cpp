#include "core/media/band_spool.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/media/pending_file.h"

namespace equi::media {
namespace {

int open_nameless(const std::filesystem::path& folder) {
  const int file = open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (file >= 0) return file;
  std::string pattern = (folder / ".equicanvas-spool-XXXXXX").string();  // a file system without O_TMPFILE
  const int named = mkostemp(pattern.data(), O_CLOEXEC);
  if (named < 0) throw_io(folder, errno);
  unlink(pattern.c_str());
  return named;
}

}  // namespace

BandSpool::BandSpool(const std::filesystem::path& folder, std::int64_t width, int height,
                     std::size_t memory_bytes)
    : folder_(folder), width_(width), height_(height) {
  const std::uint64_t bytes = std::uint64_t(width) * std::uint64_t(height) * 3;
  if (bytes <= memory_bytes) {
    memory_.resize(bytes);
    return;
  }
  require_space(folder, bytes);
  file_ = open_nameless(folder);
}

BandSpool::~BandSpool() {
  if (file_ >= 0) close(file_);
}

int BandSpool::block_width(std::int64_t block) const {
  return static_cast<int>(std::min<std::int64_t>(kBlockWidth, width_ - block * kBlockWidth));
}

std::uint64_t BandSpool::block_offset(std::int64_t block) const {
  return std::uint64_t(block) * kBlockWidth * std::uint64_t(height_) * 3;
}

void BandSpool::write(std::int64_t x, std::span<const std::uint8_t> rgb) {
  std::uint64_t offset = block_offset(x / kBlockWidth);
  if (in_memory()) {
    std::ranges::copy(rgb, memory_.begin() + static_cast<std::ptrdiff_t>(offset));
    return;
  }
  while (!rgb.empty()) {
    const auto written = pwrite(file_, rgb.data(), rgb.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw_io(folder_, errno);
    rgb = rgb.subspan(static_cast<std::size_t>(written));
    offset += std::uint64_t(written);
  }
}

void BandSpool::read_at(std::uint64_t offset, std::span<std::uint8_t> out) const {
  if (in_memory()) {
    std::memcpy(out.data(), memory_.data() + offset, out.size());
    return;
  }
  while (!out.empty()) {
    const auto got = pread(file_, out.data(), out.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) throw_io(folder_, got < 0 ? errno : EIO);
    out = out.subspan(static_cast<std::size_t>(got));
    offset += std::uint64_t(got);
  }
}

void BandSpool::read_rows(int y, int count, std::span<std::uint8_t> rgb) const {
  std::vector<std::uint8_t> piece;
  const std::size_t row_bytes = std::size_t(width_) * 3;
  const std::int64_t blocks = (width_ + kBlockWidth - 1) / kBlockWidth;
  for (std::int64_t block = 0; block < blocks; ++block) {
    const std::size_t bytes = std::size_t(block_width(block)) * 3;  // of one row of the block
    piece.resize(bytes * std::size_t(count));
    read_at(block_offset(block) + bytes * std::uint64_t(y), piece);
    std::uint8_t* out = rgb.data() + std::size_t(block) * kBlockWidth * 3;
    for (int row = 0; row < count; ++row) {
      std::memcpy(out + std::size_t(row) * row_bytes, piece.data() + std::size_t(row) * bytes, bytes);
    }
  }
}

int BandSpool::rows_within(std::size_t bytes) const {
  const auto rows = bytes / (std::size_t(width_) * 3);
  return static_cast<int>(std::clamp<std::size_t>(rows, 1, std::size_t(height_)));
}

}  // namespace equi::media
