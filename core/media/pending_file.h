#pragma once

#include <cstdint>
#include <filesystem>

#include "core/base/error.h"

namespace equi::media {

// A file or folder that is written aside, next to its target and with the same ending, and takes the target's
// place in one step. What is not committed is removed, also after an exception.
class PendingFile {
 public:
  // Removes what a killed program left aside. Throws Error(io) when the folder is missing or closed,
  // Error(bad_input) when the target is a folder (or, with `folder`, a file).
  explicit PendingFile(std::filesystem::path target, bool folder = false);
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;
  ~PendingFile();

  const std::filesystem::path& target() const { return target_; }
  const std::filesystem::path& path() const { return aside_; }  // where to write
  // The same error, told of the file that the user `asked` for when it is one of the file or folder aside, or
  // of the folder that it lies in.
  Error told_of(const std::filesystem::path& asked, const Error& error) const;
  // Puts it on the disk and renames it. An old folder is moved away first and removed afterwards. Throws
  // Error(io).
  void commit();

 private:
  std::filesystem::path target_, aside_;
  bool folder_;
  bool committed_ = false;
};

// Error(io) about `path` with the reason of `error` (an errno) and, for a full disk, what can be done.
[[noreturn]] void throw_io(const std::filesystem::path& path, int error);

// Bytes that a user may still write on the disk that holds `folder`. Throws Error(io).
std::uint64_t free_bytes(const std::filesystem::path& folder);

// Throws Error(io) when a folder's disk has less than `needed` bytes left.
void require_space(const std::filesystem::path& folder, std::uint64_t needed);

// The folder that `path` lies in ("." for a bare name).
std::filesystem::path folder_of(const std::filesystem::path& path);

}  // namespace equi::media
