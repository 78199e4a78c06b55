#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/checkpoint/mapped_file.h"

namespace equi {

// A file inside a zip archive, stored without compression, as PyTorch stores tensors.
struct ZipEntry {
  std::size_t offset = 0;  // of its bytes, from the start of the archive
  std::size_t size = 0;
};

// Reads the directory of a zip archive (zip64 included: real checkpoints are larger than 4 GB) over a
// mapping. Our own reader because entries are used in place: a library would copy or seek, and could not be
// handed the hostile bytes of the fuzzers as cheaply. Every offset and length is checked against the file.
class ZipArchive {
 public:
  // Throws Error(bad_input) naming the file and the reason: no archive, truncated, entries outside the file.
  static ZipArchive open(std::shared_ptr<const MappedFile> file);

  const std::map<std::string, std::size_t>& names() const { return index_; }
  // Where an entry's bytes are. Throws Error(bad_input) when it is absent, compressed, encrypted, or its
  // local header contradicts the directory.
  ZipEntry find(const std::string& name) const;
  std::span<const std::byte> bytes(const std::string& name) const;
  const std::shared_ptr<const MappedFile>& file() const { return file_; }

 private:
  struct Record {
    std::uint16_t flags = 0;
    std::uint16_t method = 0;
    std::uint64_t stored_size = 0;
    std::uint64_t size = 0;
    std::uint64_t header_offset = 0;
  };
  void read_directory();

  std::shared_ptr<const MappedFile> file_;
  std::map<std::string, std::size_t> index_;
  std::vector<Record> records_;
};

}  // namespace equi
