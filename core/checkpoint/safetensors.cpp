#include "core/checkpoint/safetensors.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/checkpoint/shape.h"

namespace equi {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kLengthBytes = 8;
constexpr std::size_t kMaxHeader = 100'000'000;  // the limit of the reference implementation
constexpr int kMaxDepth = 8;                     // a header nests three deep

[[noreturn]] void fail(const MappedFile& file, const std::string& what) {
  throw Error(ErrorKind::bad_input, file.path().string(), what);
}

std::size_t header_length(const MappedFile& file) {
  const auto bytes = file.bytes();
  if (bytes.size() < kLengthBytes) fail(file, "is too short for a safetensors file");
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), kLengthBytes);
  if (length > kMaxHeader || length > bytes.size() - kLengthBytes) {
    fail(file, fmt::format("claims a header of {} bytes; the file has {}", length, bytes.size()));
  }
  return static_cast<std::size_t>(length);
}

Json parse_header(const MappedFile& file, std::size_t length) {
  const auto* text = reinterpret_cast<const char*>(file.bytes().data()) + kLengthBytes;
  const auto shallow = [&](int depth, Json::parse_event_t, Json&) {
    if (depth > kMaxDepth) fail(file, "its header nests too deep");
    return true;
  };
  Json header = Json::parse(text, text + length, shallow, false);
  if (header.is_discarded() || !header.is_object()) fail(file, "its header is not a JSON object");
  return header;
}

// A JSON array of numbers 0 .. 2^63-1.
std::vector<std::int64_t> read_sizes(const MappedFile& file, const std::string& name, const Json& entry,
                                     const char* field) {
  const auto found = entry.find(field);
  if (found == entry.end() || !found->is_array()) {
    fail(file, fmt::format("{}: {} is missing or no list", printable(name), field));
  }
  std::vector<std::int64_t> sizes;
  for (const Json& size : *found) {
    if (!size.is_number_unsigned() || size.get<std::uint64_t>() > std::uint64_t{INT64_MAX}) {
      fail(file, fmt::format("{}: {} holds something that is no size", printable(name), field));
    }
    sizes.push_back(size.get<std::int64_t>());
  }
  return sizes;
}

StoredTensor read_tensor(const MappedFile& file, const std::string& name, const Json& entry,
                         std::size_t data_begin) {
  if (!entry.is_object()) fail(file, printable(name) + ": its entry is no object");
  const auto type = entry.find("dtype");
  if (type == entry.end() || !type->is_string()) fail(file, printable(name) + ": dtype is missing");
  const auto dtype = dtype_from_safetensors(type->get<std::string>());
  if (!dtype)
    fail(file, fmt::format("{}: unknown dtype {}", printable(name), printable(type->get<std::string>(), 40)));
  StoredTensor tensor{name, *dtype, read_sizes(file, name, entry, "shape"), 0, 0};
  const auto count = element_count(tensor.shape);
  if (!count || *count > SIZE_MAX / size_of(*dtype))
    fail(file, printable(name) + ": its shape's product overflows");
  const auto offsets = read_sizes(file, name, entry, "data_offsets");
  const auto data_size = static_cast<std::int64_t>(file.bytes().size() - data_begin);
  if (offsets.size() != 2 || offsets[0] > offsets[1] || offsets[1] > data_size) {
    fail(file, printable(name) + ": its data lies outside the file");
  }
  tensor.size = static_cast<std::size_t>(offsets[1] - offsets[0]);
  tensor.offset = data_begin + static_cast<std::size_t>(offsets[0]);
  if (tensor.size != *count * size_of(*dtype)) {
    fail(file, fmt::format("{}: {} bytes are stored, its shape needs {}", printable(name), tensor.size,
                           *count * size_of(*dtype)));
  }
  return tensor;
}

void check_overlaps(const MappedFile& file, const std::vector<StoredTensor>& sorted) {
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    const auto& before = sorted[i - 1];
    if (before.offset + before.size > sorted[i].offset) {
      fail(file, fmt::format("{} and {} overlap", printable(before.name), printable(sorted[i].name)));
    }
  }
}

}  // namespace

SafetensorsFile SafetensorsFile::open(const std::filesystem::path& path) {
  return open(MappedFile::open(path));
}

SafetensorsFile SafetensorsFile::open(std::shared_ptr<const MappedFile> file) {
  SafetensorsFile opened;
  opened.file_ = std::move(file);
  const MappedFile& mapped = *opened.file_;
  const std::size_t length = header_length(mapped);
  const Json header = parse_header(mapped, length);
  for (const auto& [name, entry] : header.items()) {
    if (name != "__metadata__") {
      opened.tensors_.push_back(read_tensor(mapped, name, entry, kLengthBytes + length));
      continue;
    }
    if (!entry.is_object()) fail(mapped, "__metadata__ is no object");
    for (const auto& [key, value] : entry.items()) {
      if (value.is_string()) opened.metadata_[key] = value.get<std::string>();
    }
  }
  std::ranges::sort(opened.tensors_, [](const StoredTensor& a, const StoredTensor& b) {
    return std::pair(a.offset, a.size) < std::pair(b.offset, b.size);
  });
  check_overlaps(mapped, opened.tensors_);
  for (std::size_t i = 0; i < opened.tensors_.size(); ++i) opened.index_[opened.tensors_[i].name] = i;
  return opened;
}

const StoredTensor* SafetensorsFile::find(const std::string& name) const {
  const auto found = index_.find(name);
  return found == index_.end() ? nullptr : &tensors_[found->second];
}

std::span<const std::byte> SafetensorsFile::bytes(const StoredTensor& tensor) const {
  return file_->bytes().subspan(tensor.offset, tensor.size);
}

}  // namespace equi
