#include "core/media/cut_short.h"

#include <algorithm>
#include <fstream>

namespace equi::media {
namespace {

constexpr int kNothing = std::filebuf::traits_type::eof();
constexpr int kEndOfImage = 0xd9;

// Codes behind an ff that have no segment: a plain ff of the data, restarts and the like.
bool stands_alone(int code) {
  return code <= 0x01 || (code >= 0xd0 && code <= 0xd8);
}

}  // namespace

bool is_cut_short(const std::filesystem::path& path) {
  std::filebuf file;
  if (file.open(path, std::ios::in | std::ios::binary) == nullptr) return false;
  if (file.sbumpc() != 0xff || file.sbumpc() != 0xd8) return false;
  for (;;) {
    int byte = file.sbumpc();
    while (byte != 0xff && byte != kNothing) byte = file.sbumpc();  // the picture's data
    while (byte == 0xff) byte = file.sbumpc();
    if (byte == kNothing) return true;
    if (byte == kEndOfImage) return false;
    if (stands_alone(byte)) continue;
    // A segment is skipped as a whole: there may be another picture in it.
    const int high = file.sbumpc();
    const int low = file.sbumpc();
    if (high == kNothing || low == kNothing) return true;
    file.pubseekoff(std::max(0, high * 256 + low - 2), std::ios::cur, std::ios::in);
  }
}

}  // namespace equi::media
