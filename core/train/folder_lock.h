#pragma once

#include <filesystem>

namespace equi::train {

// Keeps other programs out of a folder by a lock on a file in it. It goes with the process, so a crash leaves
// none behind; the file stays.
class FolderLock {
 public:
  FolderLock() = default;
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock();

  // False when another has it, in this process or elsewhere. A file system that knows no locks refuses
  // nobody. Once for each object. Throws Error(io) when the file cannot be written.
  bool take(const std::filesystem::path& file);

 private:
  int descriptor_ = -1;
};

}  // namespace equi::train
