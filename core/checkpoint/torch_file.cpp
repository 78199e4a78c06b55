#include "core/checkpoint/torch_file.h"

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/checkpoint/shape.h"

namespace equi {
namespace {

[[noreturn]] void fail(const MappedFile& file, const std::string& what) {
  throw Error(ErrorKind::bad_input, file.path().string(), what);
}

std::string find_folder(const ZipArchive& archive) {
  constexpr std::string_view pickle = "data.pkl";
  for (const auto& [name, record] : archive.names()) {
    const bool at_root = name == pickle;
    const bool in_folder = name.ends_with("/data.pkl") && name.find('/') == name.size() - pickle.size() - 1;
    if (at_root || in_folder) return name.substr(0, name.size() - pickle.size());
  }
  fail(*archive.file(), "is a zip archive, but not one that torch.save wrote (no data.pkl)");
}

void check_byte_order(const ZipArchive& archive, const std::string& folder) {
  if (!archive.names().contains(folder + "byteorder")) return;
  const auto bytes = archive.bytes(folder + "byteorder");
  const std::string_view order(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (order != "little") fail(*archive.file(), "was written on a big-endian machine, which is not supported");
}

bool is_contiguous(const Pickle::Tensor& tensor) {
  std::int64_t expected = 1;
  for (std::size_t i = tensor.shape.size(); i-- > 0;) {
    if (tensor.shape[i] != 1 && tensor.strides[i] != expected) return false;
    expected *= tensor.shape[i];
  }
  return true;
}

}  // namespace

TorchFile TorchFile::open(const std::filesystem::path& path) {
  return open(MappedFile::open(path));
}

TorchFile TorchFile::open(std::shared_ptr<const MappedFile> file) {
  ZipArchive archive = ZipArchive::open(std::move(file));
  std::string folder = find_folder(archive);
  check_byte_order(archive, folder);
  Pickle pickle = Pickle::parse(archive.bytes(folder + "data.pkl"), archive.file()->path().string());
  if (pickle.kind(pickle.root()) != Pickle::Kind::dict) fail(*archive.file(), "holds no dict of tensors");
  return {std::move(archive), std::move(folder), std::move(pickle)};
}

bool TorchFile::has_dict(const std::string& key) const {
  const auto dict = pickle_.find(pickle_.root(), key);
  return dict && pickle_.kind(*dict) == Pickle::Kind::dict;
}

std::map<std::string, std::vector<std::int64_t>> TorchFile::shapes(const std::string& key) const {
  std::map<std::string, std::vector<std::int64_t>> found;
  if (!has_dict(key)) return found;
  const auto pairs = pickle_.items(*pickle_.find(pickle_.root(), key));
  for (std::size_t i = 0; i + 1 < pairs.size(); i += 2) {
    const bool named = pickle_.kind(pairs[i]) == Pickle::Kind::text;
    if (!named || pickle_.kind(pairs[i + 1]) != Pickle::Kind::tensor) continue;
    found[std::string(pickle_.text(pairs[i]))] = pickle_.tensor(pairs[i + 1]).shape;
  }
  return found;
}

StoredTensor TorchFile::tensor(const std::string& key, const std::string& name) const {
  const MappedFile& mapped = *file();
  const std::string full = printable(key + "/" + name);
  const auto dict = pickle_.find(pickle_.root(), key);
  const auto value = dict ? pickle_.find(*dict, name) : std::nullopt;
  if (!value) fail(mapped, full + " is missing");
  if (pickle_.kind(*value) != Pickle::Kind::tensor) fail(mapped, full + " is not a tensor of a known type");
  const Pickle::Tensor& tensor = pickle_.tensor(*value);
  const Pickle::Storage& storage = pickle_.storage(tensor.storage);
  const auto count = element_count(tensor.shape);
  const std::size_t element = size_of(storage.dtype);
  if (!count || *count > SIZE_MAX / element) fail(mapped, full + ": its shape's product overflows");
  if (!is_contiguous(tensor)) fail(mapped, full + ": its elements are not in order (a transposed view)");
  const ZipEntry entry = archive_.find(folder_ + "data/" + std::string(storage.key));
  const std::size_t held = entry.size / element;
  if (tensor.offset < 0 || static_cast<std::size_t>(tensor.offset) > held ||
      *count > held - static_cast<std::size_t>(tensor.offset)) {
    fail(mapped, fmt::format("{} needs {} elements from {} on; its storage holds {}", full, *count,
                             tensor.offset, held));
  }
  return {name, storage.dtype, tensor.shape, entry.offset + static_cast<std::size_t>(tensor.offset) * element,
          *count * element};
}

std::map<std::string, TorchFile::Scalar> TorchFile::scalars(const std::string& key) const {
  std::map<std::string, Scalar> values;
  if (!has_dict(key)) return values;
  const auto pairs = pickle_.items(*pickle_.find(pickle_.root(), key));
  for (std::size_t i = 0; i + 1 < pairs.size(); i += 2) {
    if (pickle_.kind(pairs[i]) != Pickle::Kind::text) continue;
    const std::string name(pickle_.text(pairs[i]));
    const auto value = pairs[i + 1];
    switch (pickle_.kind(value)) {
      case Pickle::Kind::boolean:
        values[name] = pickle_.integer(value) != 0;
        break;
      case Pickle::Kind::integer:
        values[name] = pickle_.integer(value);
        break;
      case Pickle::Kind::real:
        values[name] = pickle_.real(value);
        break;
      case Pickle::Kind::text:
        values[name] = std::string(pickle_.text(value));
        break;
      default:
        break;
    }
  }
  return values;
}

}  // namespace equi
