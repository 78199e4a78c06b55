#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "core/base/error.h"
#include "core/checkpoint/safetensors.h"
#include "core/checkpoint/shape.h"

namespace equi {
namespace {

constexpr std::size_t kAlignment = 64;

// A file that is written aside; it takes its name only with `commit`, and is removed otherwise.
class AsideFile {
 public:
  explicit AsideFile(const std::filesystem::path& target)
      : target_(target), aside_(std::filesystem::path(target).concat(".part")) {
    fd_ = ::open(aside_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd_ < 0) fail("cannot be created");
  }
  AsideFile(const AsideFile&) = delete;
  AsideFile& operator=(const AsideFile&) = delete;
  ~AsideFile() {
    if (fd_ >= 0) ::close(fd_);
    std::error_code ignored;
    if (!committed_) std::filesystem::remove(aside_, ignored);
  }

  void write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) fail("cannot be written");
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
  }

  void commit() {
    if (fsync(fd_) != 0 || ::close(std::exchange(fd_, -1)) != 0) fail("cannot be written");
    if (std::rename(aside_.c_str(), target_.c_str()) != 0) fail("cannot be put in place");
    committed_ = true;
  }

 private:
  [[noreturn]] void fail(const std::string& what) {
    const std::string reason = std::error_code(errno, std::generic_category()).message();
    throw Error(ErrorKind::io, target_.string(), what + ": " + reason);
  }

  std::filesystem::path target_, aside_;
  int fd_ = -1;
  bool committed_ = false;
};

std::size_t byte_size(const TensorToWrite& tensor) {
  const auto count = element_count(tensor.shape);
  if (!count) throw Error(ErrorKind::internal, tensor.name, "its shape's product overflows");
  return *count * size_of(tensor.dtype);
}

std::string make_header(const std::vector<const TensorToWrite*>& tensors,
                        const std::map<std::string, std::string>& metadata) {
  nlohmann::json header = nlohmann::json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::size_t offset = 0;
  for (const auto* tensor : tensors) {
    const std::size_t end = offset + byte_size(*tensor);
    header[tensor->name] = {{"dtype", safetensors_name(tensor->dtype)},
                            {"shape", tensor->shape},
                            {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text = header.dump();
  while ((text.size() + sizeof(std::uint64_t)) % kAlignment != 0) text += ' ';
  return text;
}

}  // namespace

void write_safetensors(const std::filesystem::path& path, const std::vector<TensorToWrite>& tensors,
                       const std::map<std::string, std::string>& metadata) {
  std::vector<const TensorToWrite*> ordered;
  for (const auto& tensor : tensors) ordered.push_back(&tensor);
  std::ranges::stable_sort(ordered, std::greater(), [](const auto* t) { return size_of(t->dtype); });
  const std::string header = make_header(ordered, metadata);
  const auto length = static_cast<std::uint64_t>(header.size());
  AsideFile file(path);
  file.write(std::as_bytes(std::span(&length, 1)));
  file.write(std::as_bytes(std::span(header)));
  for (const auto* tensor : ordered) {
    std::size_t written = 0;
    tensor->bytes([&](std::span<const std::byte> bytes) {
      written += bytes.size();
      file.write(bytes);
    });
    if (written != byte_size(*tensor)) {
      throw Error(ErrorKind::internal, tensor->name,
                  fmt::format("{} bytes came, its shape needs {}", written, byte_size(*tensor)));
    }
  }
  file.commit();
}

}  // namespace equi
