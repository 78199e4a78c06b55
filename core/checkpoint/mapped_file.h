#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>

namespace equi {

// A file mapped read-only into memory; unmapped with the last owner.
class MappedFile {
 public:
  // Throws Error(io) when the file is missing, is not a regular file or may not be read.
  static std::shared_ptr<const MappedFile> open(const std::filesystem::path& path);
  // The same interface over bytes that the caller keeps alive; `name` stands for the path in errors.
  static std::shared_ptr<const MappedFile> borrow(std::span<const std::byte> bytes,
                                                  const std::filesystem::path& name);
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  std::span<const std::byte> bytes() const { return {data_, size_}; }
  const std::filesystem::path& path() const { return path_; }
  // Tells the kernel that these pages are not needed again (they stay readable), so that copying a large
  // file does not count as resident memory.
  void forget(std::size_t offset, std::size_t size) const;

 private:
  enum class Kind { mapped, borrowed };
  MappedFile(std::filesystem::path path, const std::byte* data, std::size_t size, Kind kind);

  std::filesystem::path path_;
  const std::byte* data_;
  std::size_t size_;
  Kind kind_;
};

}  // namespace equi
