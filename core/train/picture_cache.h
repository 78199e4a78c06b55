#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <torch/torch.h>

#include "core/checkpoint/mapped_file.h"
#include "core/train/folder_lock.h"

namespace equi::train {

// One picture of a packed cache.
struct CachedPicture {
  std::uint64_t offset = 0;  // of its first byte in pixels.bin
  std::int64_t width = 0;    // pixels
  std::int64_t label = 0;    // index into class_names
  std::string source;        // file name, or the scene's class and seed
};

// What a packed cache holds.
struct CacheIndex {
  std::int64_t height = 0;  // pixels, of every picture
  std::vector<std::string> class_names;
  std::vector<CachedPicture> pictures;  // ordered by (label, source)
  std::string origin;                   // what it was made from and how; another origin means: make it anew
};

// Decoded training pictures in one memory-mapped file: a folder with pixels.bin (planar uint8 [3, H, W] each)
// and index.json, which is written last, so that a folder without it is no cache. Every sixteenth picture of
// a class is held out from training.
class PictureCache {
 public:
  // Throws Error(bad_input or io) naming the file when it is missing, damaged or shorter than its index says.
  static PictureCache open(const std::filesystem::path& folder);
  // True when `folder` holds a readable cache of this origin.
  static bool matches(const std::filesystem::path& folder, const std::string& origin);

  const CacheIndex& index() const { return index_; }
  std::int64_t class_count() const { return static_cast<std::int64_t>(index_.class_names.size()); }
  // Picture numbers of a class. A class with fewer than 16 pictures has no held-out ones.
  const std::vector<std::int64_t>& training(std::int64_t label) const {
    return training_[std::size_t(label)];
  }
  const std::vector<std::int64_t>& held_out(std::int64_t label) const {
    return held_out_[std::size_t(label)];
  }
  std::int64_t training_count() const;
  std::int64_t held_out_count() const;

  // uint8 [3, height, width], a view of the mapping that may not be written.
  torch::Tensor pixels(std::int64_t picture) const;

 private:
  void split();

  CacheIndex index_;
  std::shared_ptr<const MappedFile> file_;
  std::vector<std::vector<std::int64_t>> training_, held_out_;  // by label
};

// Fills such a folder. `add` may be called from several threads. A cache that is there stays whole until
// `finish`, and for ever when that is never called; who has it open keeps its pictures.
class PictureCacheWriter {
 public:
  // Creates the folder and keeps other writers out of it. Throws Error(io), also when there is one.
  PictureCacheWriter(std::filesystem::path folder, std::int64_t height, std::vector<std::string> class_names,
                     std::string origin);
  ~PictureCacheWriter();
  // pixels: uint8 [3, height, W], contiguous. Throws Error(io) when the disk is full.
  void add(const torch::Tensor& pixels, std::int64_t label, const std::string& source);
  // Puts the pictures and their index in place. Throws Error(io).
  void finish();

 private:
  std::filesystem::path folder_, aside_;
  FolderLock lock_;
  CacheIndex index_;
  std::mutex mutex_;  // guards the stream and the index
  std::ofstream stream_;
  std::uint64_t written_ = 0;
};

}  // namespace equi::train
