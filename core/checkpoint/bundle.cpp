#include "core/checkpoint/bundle.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/base/error.h"
#include "core/base/hash.h"

namespace equi {
namespace {

constexpr std::size_t kMaxManifestBytes = 64 << 20;

std::string read_manifest(const std::filesystem::path& path) {
  std::error_code failure;
  if (!std::filesystem::exists(path, failure)) {
    throw Error(failure ? ErrorKind::io : ErrorKind::bad_input, path.string(),
                failure ? "cannot be read: " + failure.message() : "is missing",
                "a bundle is a folder made by equicanvas-cli import or train");
  }
  const auto file = MappedFile::open(path);
  const auto bytes = file->bytes();
  if (bytes.size() > kMaxManifestBytes)
    throw Error(ErrorKind::bad_input, path.string(), "is larger than 64 MiB");
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void check_weights(const SafetensorsFile& file, const std::vector<WeightSpec>& specs, DType expected) {
  const std::string path = file.file()->path().string();
  for (const auto& spec : specs) {
    const StoredTensor* stored = file.find(spec.name);
    if (stored == nullptr) throw Error(ErrorKind::bad_input, path, spec.name + " is missing");
    if (stored->shape != spec.shape) {
      throw Error(ErrorKind::bad_input, path,
                  fmt::format("{} has shape [{}], the architecture needs [{}]", spec.name,
                              fmt::join(stored->shape, ", "), fmt::join(spec.shape, ", ")));
    }
    if (stored->dtype != expected) {
      throw Error(ErrorKind::bad_input, path,
                  fmt::format("{} is stored as {}, the manifest says {}", spec.name,
                              safetensors_name(stored->dtype), safetensors_name(expected)));
    }
  }
}

void check_hash(const std::filesystem::path& path, const std::string& expected) {
  if (sha256_file(path) == expected) return;
  throw Error(ErrorKind::bad_input, path.string(), "its SHA-256 is not the one in manifest.json",
              "the file is damaged or was changed; import it again");
}

}  // namespace

Bundle Bundle::open(const std::filesystem::path& folder, bool check_hashes) {
  std::error_code failure;
  if (!std::filesystem::is_directory(folder, failure)) {
    throw Error(ErrorKind::bad_input, folder.string(), "is no folder that can be opened",
                "a bundle is a folder made by equicanvas-cli import or train");
  }
  Bundle bundle;
  bundle.folder_ = folder;
  const auto manifest_path = folder / "manifest.json";
  bundle.manifest_ = manifest_from_json(read_manifest(manifest_path), manifest_path.string());
  const Manifest& m = bundle.manifest_;
  bundle.tokenizer_ = SafetensorsFile::open(folder / "tokenizer.safetensors");
  bundle.generator_ = SafetensorsFile::open(folder / "generator.safetensors");
  const DType dtype = m.dtype == "float32" ? DType::f32 : DType::bf16;
  check_weights(bundle.tokenizer_, weight_specs(m.tokenizer), dtype);
  check_weights(bundle.generator_, weight_specs(m.generator), dtype);
  if (check_hashes) {
    check_hash(folder / "tokenizer.safetensors", m.tokenizer_sha256);
    check_hash(folder / "generator.safetensors", m.generator_sha256);
  }
  return bundle;
}

}  // namespace equi
