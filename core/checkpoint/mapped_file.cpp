#include "core/checkpoint/mapped_file.h"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/error.h"

namespace equi {
namespace {

// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(const char* path) : fd_(::open(path, O_RDONLY | O_CLOEXEC)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& what) {
  const std::string reason = std::error_code(errno, std::generic_category()).message();
  throw Error(ErrorKind::io, path.string(), what + ": " + reason);
}

}  // namespace

std::shared_ptr<const MappedFile> MappedFile::open(const std::filesystem::path& path) {
  const Descriptor file(path.c_str());
  if (file.get() < 0) fail(path, "cannot be opened");
  struct stat status {};
  if (fstat(file.get(), &status) != 0) fail(path, "cannot be examined");
  if (!S_ISREG(status.st_mode)) throw Error(ErrorKind::io, path.string(), "is not a file");
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size == 0) return std::shared_ptr<const MappedFile>(new MappedFile(path, nullptr, 0, Kind::mapped));
  void* data = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (data == MAP_FAILED) fail(path, "cannot be mapped");
  return std::shared_ptr<const MappedFile>(
      new MappedFile(path, static_cast<const std::byte*>(data), size, Kind::mapped));
}

std::shared_ptr<const MappedFile> MappedFile::borrow(std::span<const std::byte> bytes,
                                                     const std::filesystem::path& name) {
  return std::shared_ptr<const MappedFile>(new MappedFile(name, bytes.data(), bytes.size(), Kind::borrowed));
}

MappedFile::MappedFile(std::filesystem::path path, const std::byte* data, std::size_t size, Kind kind)
    : path_(std::move(path)), data_(data), size_(size), kind_(kind) {}

MappedFile::~MappedFile() {
  if (kind_ == Kind::mapped && size_ > 0) munmap(const_cast<std::byte*>(data_), size_);
}

void MappedFile::forget(std::size_t offset, std::size_t size) const {
  if (kind_ != Kind::mapped || offset >= size_ || size == 0) return;
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const std::size_t begin = offset / page * page;
  const std::size_t end = std::min(size_, offset + size);
  madvise(const_cast<std::byte*>(data_) + begin, end - begin, MADV_DONTNEED);
}

}  // namespace equi
