#include "core/media/metadata.h"

#include <cstring>
#include <fstream>

#include <fmt/format.h>
#include <png.h>
#include <tiffio.h>
#include <zlib.h>

#include "core/base/error.h"
#include "core/media/tiff_file.h"

namespace equi::media {
namespace {

// A file from a stranger, read forward in small steps.
class Reader {
 public:
  explicit Reader(const std::filesystem::path& path) : path_(path), in_(path, std::ios::binary) {
    std::error_code failure;
    size_ = std::filesystem::file_size(path, failure);
    if (!in_ || failure) throw Error(ErrorKind::io, path.string(), "cannot be read");
  }
  std::uint64_t left() { return size_ - static_cast<std::uint64_t>(in_.tellg()); }
  // False at the end of the file.
  bool get(void* out, std::size_t bytes) {
    return left() >= bytes && in_.read(static_cast<char*>(out), static_cast<std::streamsize>(bytes)).good();
  }
  std::string text(std::uint64_t bytes) {
    if (bytes > kMaxRecordBytes || bytes > left()) damaged("a block is cut off or too large");
    std::string out(bytes, '\0');
    if (!get(out.data(), out.size())) damaged("cannot be read to its end");
    return out;
  }
  void skip(std::uint64_t bytes) {
    if (bytes > left()) damaged("it is cut off");
    in_.seekg(static_cast<std::streamoff>(bytes), std::ios::cur);
  }
  [[noreturn]] void damaged(const std::string& why) const {
    throw Error(ErrorKind::bad_input, path_.string(), "is damaged: " + why);
  }
  [[noreturn]] void damaged_record(const std::string& why) const {
    throw DamagedRecord(ErrorKind::bad_input, path_.string(), "its record is damaged: " + why);
  }

 private:
  std::filesystem::path path_;
  std::ifstream in_;
  std::uint64_t size_ = 0;
};

std::uint32_t big_endian(const std::uint8_t* p) {
  return std::uint32_t{p[0]} << 24 | std::uint32_t{p[1]} << 16 | std::uint32_t{p[2]} << 8 | p[3];
}

std::uint32_t little_endian(const std::uint8_t* p) {
  return std::uint32_t{p[3]} << 24 | std::uint32_t{p[2]} << 16 | std::uint32_t{p[1]} << 8 | p[0];
}

std::string inflate_text(Reader& reader, const std::string& packed) {
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) reader.damaged_record("it cannot be unpacked");
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string out;
  int code = Z_OK;
  while (code == Z_OK && out.size() <= kMaxRecordBytes) {
    char piece[65536];
    stream.next_out = reinterpret_cast<Bytef*>(piece);
    stream.avail_out = sizeof piece;
    code = inflate(&stream, Z_NO_FLUSH);
    out.append(piece, sizeof piece - stream.avail_out);
  }
  inflateEnd(&stream);
  if (code != Z_STREAM_END) reader.damaged_record("it cannot be unpacked");
  return out;
}

// iTXt: keyword 0, compressed?, method, language 0, translated keyword 0, text.
std::string record_of_text_chunk(Reader& reader, const std::string& chunk) {
  const std::string keyword = std::string(kRecordKeyword) + '\0';
  if (!chunk.starts_with(keyword)) return {};
  const auto flags = keyword.size();
  const auto language_end = chunk.find('\0', flags + 2);
  const auto translated_end =
      language_end == std::string::npos ? language_end : chunk.find('\0', language_end + 1);
  if (translated_end == std::string::npos) reader.damaged_record("it does not begin as it should");
  const std::string text = chunk.substr(translated_end + 1);
  return chunk[flags] == 0 ? text : inflate_text(reader, text);
}

std::string from_png(Reader& reader) {
  std::uint8_t head[8];
  while (reader.get(head, sizeof head)) {
    const std::uint64_t length = big_endian(head);
    const std::string kind(reinterpret_cast<const char*>(head + 4), 4);
    if (kind == "IEND") return {};
    if (kind == "iTXt" && length <= kMaxRecordBytes) {
      const auto record = record_of_text_chunk(reader, reader.text(length));
      if (!record.empty()) return record;
      reader.skip(4);
    } else {
      reader.skip(length + 4);
    }
  }
  reader.damaged("it has no end");
}

std::string from_jpeg(Reader& reader) {
  const std::string signature = std::string("http://ns.adobe.com/xap/1.0/") + '\0';
  std::uint8_t head[4];
  while (reader.get(head, sizeof head)) {
    if (head[0] != 0xff) reader.damaged("a segment does not start where it should");
    if (head[1] == 0xda || head[1] == 0xd9) return {};  // the pixels begin
    const std::uint32_t length = std::uint32_t{head[2]} << 8 | head[3];
    if (length < 2) reader.damaged("a segment is too short");
    if (head[1] == 0xe1) {
      const auto segment = reader.text(length - 2);
      if (segment.starts_with(signature)) return record_from_xmp(segment.substr(signature.size()));
    } else {
      reader.skip(length - 2);
    }
  }
  reader.damaged("it has no pixels");
}

std::string from_webp(Reader& reader) {
  std::uint8_t head[8];
  while (reader.get(head, sizeof head)) {
    const std::uint64_t length = little_endian(head + 4);
    if (std::memcmp(head, "XMP ", 4) == 0) return record_from_xmp(reader.text(length));
    reader.skip(std::min<std::uint64_t>(length + length % 2, reader.left()));
  }
  return {};
}

std::string from_tiff(const std::filesystem::path& path) {
  const TiffFile file(path, "r");
  std::uint32_t length = 0;
  const char* packet = nullptr;
  if (TIFFGetField(file.get(), TIFFTAG_XMLPACKET, &length, &packet) != 1 || packet == nullptr) return {};
  return record_from_xmp(std::string(packet, length));
}

}  // namespace

std::string read_record(const std::filesystem::path& path) {
  Reader reader(path);
  std::uint8_t head[12] = {};
  const bool whole = reader.get(head, 2);
  if (whole && head[0] == 0xff && head[1] == 0xd8) return from_jpeg(reader);
  if (whole && reader.get(head + 2, 6) && png_sig_cmp(head, 0, 8) == 0) return from_png(reader);
  if (std::memcmp(head, "II*\0", 4) == 0 || std::memcmp(head, "MM\0*", 4) == 0 ||
      std::memcmp(head, "II+\0", 4) == 0 || std::memcmp(head, "MM\0+", 4) == 0) {
    return from_tiff(path);
  }
  if (std::memcmp(head, "RIFF", 4) == 0 && reader.get(head + 8, 4) && std::memcmp(head + 8, "WEBP", 4) == 0) {
    return from_webp(reader);
  }
  throw Error(ErrorKind::bad_input, path.string(), "is no PNG, JPEG, WebP or TIFF file");
}

}  // namespace equi::media
