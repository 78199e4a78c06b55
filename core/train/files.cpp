#include "core/train/files.h"

#include <fstream>
#include <system_error>

#include "core/base/error.h"
#include "core/checkpoint/mapped_file.h"

namespace equi::train {

std::string read_text(const std::filesystem::path& path) {
  const auto file = MappedFile::open(path);
  const auto bytes = file->bytes();
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void write_text(const std::filesystem::path& path, const std::string& text) {
  const auto aside = std::filesystem::path(path).concat(".part");
  {
    std::ofstream out(aside, std::ios::binary | std::ios::trunc);
    out << text;
    out.close();
    if (!out) throw Error(ErrorKind::io, path.string(), "cannot be written");
  }
  std::error_code failure;
  std::filesystem::rename(aside, path, failure);
  if (failure) throw Error(ErrorKind::io, path.string(), "cannot be put in place: " + failure.message());
}

void make_folder(const std::filesystem::path& folder) {
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  if (failure) throw Error(ErrorKind::io, folder.string(), "cannot be created: " + failure.message());
}

}  // namespace equi::train
