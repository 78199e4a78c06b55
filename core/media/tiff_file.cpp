#include "core/media/tiff_file.h"

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <string>

#include "core/base/error.h"
#include "core/media/pending_file.h"

namespace equi::media {
namespace {

constexpr std::size_t kMessageBytes = 256;

// libtiff's handlers are the process's; its message belongs to the thread that called it.
std::string& last_message() {
  thread_local std::string message;
  return message;
}

void remember(const char*, const char* format, va_list arguments) {
  char text[kMessageBytes] = {};
  std::vsnprintf(text, sizeof text, format, arguments);
  last_message() = text;
}

void install_handlers() {
  static std::once_flag once;
  std::call_once(once, [] {
    TIFFSetErrorHandler(remember);
    TIFFSetWarningHandler(nullptr);
  });
}

TIFF* open_file(const std::filesystem::path& path, const char* mode) {
  install_handlers();
  last_message().clear();
  errno = 0;
  return TIFFOpen(path.c_str(), mode);
}

}  // namespace

TiffFile::TiffFile(const std::filesystem::path& path, const char* mode)
    : path_(path), tiff_(open_file(path, mode), &TIFFClose) {
  if (tiff_ != nullptr) return;
  if (*mode == 'w') throw_io(path, errno != 0 ? errno : EIO);
  throw Error(ErrorKind::bad_input, path.string(), "cannot be read as TIFF: " + printable(last_message()));
}

void TiffFile::fail() const {
  if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG || errno == EIO) throw_io(path_, errno);
  throw Error(ErrorKind::io, path_.string(), "cannot be written: " + printable(last_message()));
}

void TiffFile::close() {
  errno = 0;
  if (TIFFFlush(tiff_.get()) != 1) fail();
  tiff_.reset();
}

}  // namespace equi::media
