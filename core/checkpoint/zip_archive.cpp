#include "core/checkpoint/zip_archive.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include <fmt/format.h>

#include "core/base/error.h"

namespace equi {
namespace {

constexpr std::uint32_t kEndSignature = 0x06054b50;
constexpr std::uint32_t kEnd64Signature = 0x06064b50;
constexpr std::uint32_t kLocator64Signature = 0x07064b50;
constexpr std::uint32_t kDirectorySignature = 0x02014b50;
constexpr std::uint32_t kLocalSignature = 0x04034b50;
constexpr std::size_t kEndSize = 22;
constexpr std::size_t kLocator64Size = 20;
constexpr std::size_t kDirectorySize = 46;
constexpr std::size_t kLocalSize = 30;
constexpr std::size_t kMaxComment = 65535;
constexpr std::uint16_t kZip64Extra = 1;
constexpr std::uint16_t kEncrypted = 1;

// Little-endian numbers out of the mapping; every read is checked.
class Cursor {
 public:
  Cursor(const MappedFile& file, std::size_t at) : file_(file), at_(at) {}

  template <class T>
  T read() {
    T value{};
    const auto piece = take(sizeof(T));
    std::memcpy(&value, piece.data(), sizeof(T));
    return value;
  }
  std::span<const std::byte> take(std::size_t size) {
    const auto bytes = file_.bytes();
    if (at_ > bytes.size() || size > bytes.size() - at_) {
      throw Error(ErrorKind::bad_input, file_.path().string(), "is cut off inside its zip directory");
    }
    const auto piece = bytes.subspan(at_, size);
    at_ += size;
    return piece;
  }
  void skip(std::size_t size) { take(size); }
  std::size_t at() const { return at_; }

 private:
  const MappedFile& file_;
  std::size_t at_;
};

[[noreturn]] void fail(const MappedFile& file, const std::string& what) {
  throw Error(ErrorKind::bad_input, file.path().string(), what);
}

std::size_t find_end_record(const MappedFile& file) {
  const auto bytes = file.bytes();
  if (bytes.size() < kEndSize) fail(file, "is too short for a PyTorch file");
  const std::size_t last = bytes.size() - kEndSize;
  const std::size_t first = last > kMaxComment ? last - kMaxComment : 0;
  for (std::size_t at = last + 1; at-- > first;) {
    if (Cursor(file, at).read<std::uint32_t>() == kEndSignature) return at;
  }
  fail(file, "is no PyTorch file in zip format, or its end is cut off");
}

struct Directory {
  std::uint64_t entries = 0;
  std::uint64_t size = 0;
  std::uint64_t offset = 0;
};

Directory locate_directory(const MappedFile& file) {
  const std::size_t end = find_end_record(file);
  Cursor cursor(file, end + 10);
  Directory directory;
  directory.entries = cursor.read<std::uint16_t>();
  directory.size = cursor.read<std::uint32_t>();
  directory.offset = cursor.read<std::uint32_t>();
  const bool zip64 =
      directory.entries == 0xffff || directory.size == 0xffffffff || directory.offset == 0xffffffff;
  if (!zip64 || end < kLocator64Size) return directory;
  Cursor locator(file, end - kLocator64Size);
  if (locator.read<std::uint32_t>() != kLocator64Signature) return directory;
  locator.skip(4);
  const auto end64 = locator.read<std::uint64_t>();
  if (end64 >= file.bytes().size()) fail(file, "its zip64 directory lies outside the file");
  Cursor record(file, static_cast<std::size_t>(end64));
  if (record.read<std::uint32_t>() != kEnd64Signature) fail(file, "its zip64 directory is damaged");
  record.skip(28);
  directory.entries = record.read<std::uint64_t>();
  directory.size = record.read<std::uint64_t>();
  directory.offset = record.read<std::uint64_t>();
  return directory;
}

// Replaces the fields that a directory entry holds as all ones by their 64-bit values from the extra block.
void apply_zip64(const MappedFile& file, std::size_t at, std::size_t length,
                 std::initializer_list<std::uint64_t*> fields) {
  Cursor extra(file, at);
  const std::size_t end = at + length;
  while (extra.at() + 4 <= end) {
    const auto tag = extra.read<std::uint16_t>();
    const auto size = extra.read<std::uint16_t>();
    if (tag != kZip64Extra) {
      extra.skip(size);
      continue;
    }
    std::size_t left = size;
    for (std::uint64_t* field : fields) {
      if (*field != 0xffffffff || left < sizeof(std::uint64_t)) continue;
      *field = extra.read<std::uint64_t>();
      left -= sizeof(std::uint64_t);
    }
    return;
  }
}

}  // namespace

ZipArchive ZipArchive::open(std::shared_ptr<const MappedFile> file) {
  ZipArchive archive;
  archive.file_ = std::move(file);
  archive.read_directory();
  return archive;
}

void ZipArchive::read_directory() {
  const MappedFile& file = *file_;
  const Directory directory = locate_directory(file);
  const std::uint64_t file_size = file.bytes().size();
  if (directory.offset > file_size || directory.size > file_size - directory.offset ||
      directory.entries > directory.size / kDirectorySize) {
    fail(file, "its zip directory lies outside the file");
  }
  Cursor cursor(file, static_cast<std::size_t>(directory.offset));
  for (std::uint64_t i = 0; i < directory.entries; ++i) {
    if (cursor.read<std::uint32_t>() != kDirectorySignature) fail(file, "its zip directory is damaged");
    cursor.skip(4);
    Record record;
    record.flags = cursor.read<std::uint16_t>();
    record.method = cursor.read<std::uint16_t>();
    cursor.skip(8);
    record.stored_size = cursor.read<std::uint32_t>();
    record.size = cursor.read<std::uint32_t>();
    const auto name_length = cursor.read<std::uint16_t>();
    const auto extra_length = cursor.read<std::uint16_t>();
    const auto comment_length = cursor.read<std::uint16_t>();
    cursor.skip(8);
    record.header_offset = cursor.read<std::uint32_t>();
    const auto name = cursor.take(name_length);
    const std::size_t extra_at = cursor.at();
    cursor.skip(extra_length);
    apply_zip64(file, extra_at, extra_length, {&record.size, &record.stored_size, &record.header_offset});
    cursor.skip(comment_length);
    index_[std::string(reinterpret_cast<const char*>(name.data()), name.size())] = records_.size();
    records_.push_back(record);
  }
}

ZipEntry ZipArchive::find(const std::string& name) const {
  const auto found = index_.find(name);
  if (found == index_.end()) fail(*file_, fmt::format("has no entry {}", printable(name)));
  const Record& record = records_[found->second];
  if (record.method != 0 || record.size != record.stored_size) {
    fail(*file_,
         fmt::format("its entry {} is compressed; PyTorch stores without compression", printable(name)));
  }
  if ((record.flags & kEncrypted) != 0)
    fail(*file_, fmt::format("its entry {} is encrypted", printable(name)));
  const std::uint64_t file_size = file_->bytes().size();
  if (record.header_offset > file_size)
    fail(*file_, fmt::format("its entry {} lies outside it", printable(name)));
  Cursor header(*file_, static_cast<std::size_t>(record.header_offset));
  if (header.read<std::uint32_t>() != kLocalSignature) {
    fail(*file_, fmt::format("the header of its entry {} is damaged", printable(name)));
  }
  header.skip(kLocalSize - sizeof(std::uint32_t) - 4);  // up to the two lengths
  const auto name_length = header.read<std::uint16_t>();
  const auto extra_length = header.read<std::uint16_t>();
  const auto local_name = header.take(name_length);
  if (!std::ranges::equal(local_name, std::as_bytes(std::span(name)))) {
    fail(*file_, fmt::format("the header of its entry {} has another name", printable(name)));
  }
  header.skip(extra_length);
  if (record.size > file_size - header.at()) {
    fail(*file_, fmt::format("its entry {} is cut off", printable(name)));
  }
  return {header.at(), static_cast<std::size_t>(record.size)};
}

std::span<const std::byte> ZipArchive::bytes(const std::string& name) const {
  const ZipEntry entry = find(name);
  return file_->bytes().subspan(entry.offset, entry.size);
}

}  // namespace equi
