#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/checkpoint/pickle.h"
#include "core/checkpoint/safetensors.h"
#include "core/checkpoint/zip_archive.h"

namespace equi {

// A file written by torch.save in its zip format: nested dicts of tensors and plain values, read without
// running anything and without touching the bytes of a tensor before it is asked for.
class TorchFile {
 public:
  using Scalar = std::variant<bool, std::int64_t, double, std::string>;

  // Throws Error(bad_input or io) naming the file and the reason.
  static TorchFile open(const std::filesystem::path& path);
  static TorchFile open(std::shared_ptr<const MappedFile> file);

  bool has_dict(const std::string& key) const;  // is there a dict under this key of the root?

  // Names and shapes of the tensors directly in the dict `key` of the root; empty when there is none.
  std::map<std::string, std::vector<std::int64_t>> shapes(const std::string& key) const;

  // Where the tensor `name` of the dict `key` lies in the file. Throws Error(bad_input) naming the file and
  // the tensor when it is missing, not contiguous, or outside its storage.
  StoredTensor tensor(const std::string& key, const std::string& name) const;

  // The plain values of the dict or namespace `key` of the root.
  std::map<std::string, Scalar> scalars(const std::string& key) const;

  const std::shared_ptr<const MappedFile>& file() const { return archive_.file(); }

 private:
  TorchFile(ZipArchive archive, std::string folder, Pickle pickle)
      : archive_(std::move(archive)), folder_(std::move(folder)), pickle_(std::move(pickle)) {}

  ZipArchive archive_;
  std::string folder_;  // of the entries inside the archive, with its slash
  Pickle pickle_;
};

}  // namespace equi
