#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/checkpoint/dtype.h"
#include "core/checkpoint/mapped_file.h"

namespace equi {

// A tensor in a file: where its bytes are, not the bytes themselves. Contiguous, row-major, little-endian.
struct StoredTensor {
  std::string name;
  DType dtype = DType::f32;
  std::vector<std::int64_t> shape;
  std::size_t offset = 0;  // from the start of the file
  std::size_t size = 0;    // bytes
};

// A safetensors file, memory-mapped and checked as a whole when it is opened: header length, JSON, dtypes,
// shape products, offsets in range, no overlap. Only the header is read.
class SafetensorsFile {
 public:
  // Throws Error(bad_input or io) naming the file, the tensor and the reason.
  static SafetensorsFile open(const std::filesystem::path& path);
  static SafetensorsFile open(std::shared_ptr<const MappedFile> file);

  const std::vector<StoredTensor>& tensors() const { return tensors_; }  // in file order
  const StoredTensor* find(const std::string& name) const;               // nullptr when absent
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  const std::shared_ptr<const MappedFile>& file() const { return file_; }
  std::span<const std::byte> bytes(const StoredTensor& tensor) const;

 private:
  std::shared_ptr<const MappedFile> file_;
  std::vector<StoredTensor> tensors_;
  std::map<std::string, std::size_t> index_;
  std::map<std::string, std::string> metadata_;
};

// One tensor to be written. `bytes` is called once, when its turn comes, with a sink that takes the bytes in
// pieces, so that a file larger than memory can be written.
using ByteSink = std::function<void(std::span<const std::byte>)>;
struct TensorToWrite {
  std::string name;
  DType dtype = DType::f32;
  std::vector<std::int64_t> shape;
  std::function<void(const ByteSink&)> bytes;
};

// Writes a safetensors file aside and renames it into place. The data starts at a multiple of 64 bytes and
// tensors follow each other without gaps, larger element types first, so that each is aligned to its element
// and a mapping can be used as it is.
// Throws Error(io) when the disk is full or the folder cannot be written; nothing half-written remains.
void write_safetensors(const std::filesystem::path& path, const std::vector<TensorToWrite>& tensors,
                       const std::map<std::string, std::string>& metadata);

}  // namespace equi
