#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/base/error.h"

namespace equi::media {

// The record that goes with a picture: JSON text, so that whoever has the picture can make it again. In a PNG
// it is a text chunk with this keyword, elsewhere an element of the XMP packet.
constexpr const char* kRecordKeyword = "EquiCanvas";
constexpr std::size_t kMaxRecordBytes = std::size_t{16} << 20;
// What a JPEG's one XMP segment, of 65,533 bytes, has room for: a quote of the record takes six bytes there.
constexpr std::size_t kMaxJpegRecordBytes = 32000;

// The record itself is damaged, not the file around it.
class DamagedRecord : public Error {
 public:
  using Error::Error;
};

// The record of a PNG, JPEG, WebP or TIFF file; empty when there is none. Only as much of the file is read as
// is needed. Throws Error(io) when it cannot be read, Error(bad_input) when it is none of these or damaged
// where the record would be, DamagedRecord (bad_input, too) when there is one that cannot be unpacked.
std::string read_record(const std::filesystem::path& path);

// An XMP packet with the record, and the record out of a packet (empty: none).
std::string make_xmp(const std::string& record);
std::string record_from_xmp(const std::string& packet);

// Encoded files with an XMP packet put in. Throws Error(bad_input) when the packet does not fit, or the bytes
// are no such file.
std::vector<std::uint8_t> add_xmp_to_jpeg(std::span<const std::uint8_t> jpeg, const std::string& packet);
std::vector<std::uint8_t> add_xmp_to_webp(std::span<const std::uint8_t> webp, const std::string& packet,
                                          int width, int height);

}  // namespace equi::media
