#pragma once

#include <filesystem>
#include <memory>

#include <tiffio.h>

namespace equi::media {

// An open TIFF file whose messages become errors instead of lines on the terminal.
class TiffFile {
 public:
  // mode: "r", "w" or "w8" (BigTIFF). Throws Error(io) when it cannot be opened for writing, Error(bad_input)
  // when it is no TIFF file.
  TiffFile(const std::filesystem::path& path, const char* mode);
  TIFF* get() const { return tiff_.get(); }
  // Throws Error(io) with the disk's or libtiff's last reason.
  [[noreturn]] void fail() const;
  // Flushes and closes. Throws as fail.
  void close();

 private:
  std::filesystem::path path_;
  std::unique_ptr<TIFF, decltype(&TIFFClose)> tiff_;
};

}  // namespace equi::media
