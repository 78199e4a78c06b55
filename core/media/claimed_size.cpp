#include "core/media/claimed_size.h"

#include <array>
#include <cstdlib>
#include <fstream>
#include <string_view>

#include "core/base/error.h"
#include "core/media/tiff_file.h"

namespace equi::media {
namespace {

constexpr int kMostSegments = 1000;  // of a JPEG before its frame

using Head = std::array<unsigned char, 32>;

std::uint32_t big_endian(const unsigned char* at, int bytes) {
  std::uint32_t value = 0;
  for (int i = 0; i < bytes; ++i) value = value << 8 | at[i];
  return value;
}
std::int32_t little_endian(const unsigned char* at) {
  return static_cast<std::int32_t>(at[0] | at[1] << 8 | at[2] << 16 | std::uint32_t{at[3]} << 24);
}

// Goes from segment to segment to the frame's header.
ClaimedSize jpeg_size(std::ifstream& in) {
  in.seekg(2);
  for (int i = 0; i < kMostSegments; ++i) {
    std::array<unsigned char, 9> segment{};  // ff, kind, length (2), precision, height (2), width (2)
    if (!in.read(reinterpret_cast<char*>(segment.data()), segment.size()) || segment[0] != 0xff) return {};
    const int kind = segment[1];
    const bool frame = kind >= 0xc0 && kind <= 0xcf && kind != 0xc4 && kind != 0xc8 && kind != 0xcc;
    if (frame) return {big_endian(&segment[7], 2), big_endian(&segment[5], 2), kind <= 0xc1};
    in.seekg(static_cast<std::streamoff>(big_endian(&segment[2], 2)) + 2 - 9, std::ios::cur);
  }
  return {};
}

ClaimedSize tiff_size(const std::filesystem::path& path) {
  try {
    const TiffFile file(path, "r");
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    TIFFGetField(file.get(), TIFFTAG_IMAGEWIDTH, &width);
    TIFFGetField(file.get(), TIFFTAG_IMAGELENGTH, &height);
    return {width, height, false};
  } catch (const Error&) {
    return {};  // who decodes it says what is wrong
  }
}

}  // namespace

std::optional<ClaimedSize> claimed_size(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  Head head{};
  in.read(reinterpret_cast<char*>(head.data()), head.size());
  in.clear();
  const std::string_view text(reinterpret_cast<const char*>(head.data()), head.size());
  if (text.starts_with("\x89PNG\r\n\x1a\n"))
    return ClaimedSize{big_endian(&head[16], 4), big_endian(&head[20], 4)};
  if (text.starts_with("\xff\xd8")) return jpeg_size(in);
  if (text.starts_with("BM")) {
    return ClaimedSize{static_cast<std::uint64_t>(std::abs(std::int64_t{little_endian(&head[18])})),
                       static_cast<std::uint64_t>(std::abs(std::int64_t{little_endian(&head[22])}))};
  }
  if (text.starts_with("RIFF") && text.substr(8).starts_with("WEBP"))
    return ClaimedSize{};  // at most 16383 each
  const std::string_view magic = text.substr(0, 4);
  using namespace std::string_view_literals;
  if (magic == "II*\0"sv || magic == "MM\0*"sv || magic == "II+\0"sv || magic == "MM\0+"sv)
    return tiff_size(path);
  return std::nullopt;
}

}  // namespace equi::media
