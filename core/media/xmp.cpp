#include <array>
#include <cstring>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/media/metadata.h"

// XMP (ISO 16684-1) packets, and where JPEG and WebP files keep them.
namespace equi::media {
namespace {

constexpr const char* kOpen = "<equi:record>";
constexpr const char* kClose = "</equi:record>";
constexpr char kJpegSignature[] = "http://ns.adobe.com/xap/1.0/";  // with its terminating zero
constexpr std::size_t kMaxSegment = 65533;                         // bytes after the length field

struct Escape {
  char character;
  const char* text;
};
constexpr std::array<Escape, 5> kEscapes = {
    {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&apos;"}}};

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const char* found = nullptr;
    for (const auto& each : kEscapes) {
      if (each.character == c) found = each.text;
    }
    if (found != nullptr) {
      out += found;
    } else {
      out += c;
    }
  }
  return out;
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    bool replaced = false;
    for (const auto& each : kEscapes) {
      if (text[i] == '&' && text.substr(i).starts_with(each.text)) {
        out += each.character;
        i += std::strlen(each.text);
        replaced = true;
        break;
      }
    }
    if (!replaced) out += text[i++];
  }
  return out;
}

void put_little(std::vector<std::uint8_t>& out, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

void put(std::vector<std::uint8_t>& out, std::span<const std::uint8_t> bytes) {
  const std::size_t at = out.size();
  out.resize(at + bytes.size());
  if (!bytes.empty()) std::memcpy(out.data() + at, bytes.data(), bytes.size());
}

void put_text(std::vector<std::uint8_t>& out, std::string_view text) {
  put(out, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

void put_chunk(std::vector<std::uint8_t>& out, const char* name, std::span<const std::uint8_t> bytes) {
  put_text(out, name);
  put_little(out, static_cast<std::uint32_t>(bytes.size()), 4);
  put(out, bytes);
  if (bytes.size() % 2 != 0) out.push_back(0);
}

}  // namespace

std::string make_xmp(const std::string& record) {
  return fmt::format(
      "<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
      "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n"
      " <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
      "  <rdf:Description rdf:about=\"\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\""
      " xmlns:equi=\"urn:equicanvas:1.0:\">\n"
      "   <xmp:CreatorTool>EquiCanvas {}</xmp:CreatorTool>\n"
      "   {}{}{}\n"
      "  </rdf:Description>\n </rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"r\"?>",
      EQUI_VERSION, kOpen, escaped(record), kClose);
}

std::string record_from_xmp(const std::string& packet) {
  const auto open = packet.find(kOpen);
  if (open == std::string::npos) return {};
  const auto begin = open + std::strlen(kOpen);
  const auto end = packet.find(kClose, begin);
  if (end == std::string::npos) return {};
  return unescaped(std::string_view(packet).substr(begin, end - begin));
}

std::vector<std::uint8_t> add_xmp_to_jpeg(std::span<const std::uint8_t> jpeg, const std::string& packet) {
  const std::size_t length = sizeof kJpegSignature + packet.size();
  if (length > kMaxSegment) {
    throw Error(ErrorKind::bad_input, "metadata",
                fmt::format("{} bytes do not fit into a JPEG file", packet.size()), "use PNG or TIFF");
  }
  if (jpeg.size() < 4 || jpeg[0] != 0xff || jpeg[1] != 0xd8) {
    throw Error(ErrorKind::bad_input, "metadata", "the encoded picture is no JPEG file");
  }
  std::size_t at = 2;
  if (jpeg[2] == 0xff && jpeg[3] == 0xe0 && jpeg.size() > 6) at += 2 + (std::size_t{jpeg[4]} << 8 | jpeg[5]);
  if (at > jpeg.size()) throw Error(ErrorKind::bad_input, "metadata", "the JPEG file's header is cut off");
  const std::uint8_t segment[] = {0xff, 0xe1, static_cast<std::uint8_t>((length + 2) >> 8),
                                  static_cast<std::uint8_t>((length + 2) & 0xff)};
  std::vector<std::uint8_t> out;
  put(out, jpeg.first(at));
  put(out, segment);
  put_text(out, {kJpegSignature, sizeof kJpegSignature});
  put_text(out, packet);
  put(out, jpeg.subspan(at));
  return out;
}

std::vector<std::uint8_t> add_xmp_to_webp(std::span<const std::uint8_t> webp, const std::string& packet,
                                          int width, int height) {
  constexpr std::size_t kHeader = 12;
  constexpr std::uint8_t kHasXmp = 0x04;
  if (webp.size() < kHeader + 8 || std::memcmp(webp.data(), "RIFF", 4) != 0 ||
      std::memcmp(webp.data() + 8, "WEBP", 4) != 0 || std::memcmp(webp.data() + 12, "VP8X", 4) == 0) {
    throw Error(ErrorKind::bad_input, "metadata", "the encoded picture is no simple WebP file");
  }
  std::vector<std::uint8_t> extended = {kHasXmp, 0, 0, 0};
  put_little(extended, static_cast<std::uint32_t>(width - 1), 3);
  put_little(extended, static_cast<std::uint32_t>(height - 1), 3);
  std::vector<std::uint8_t> out;
  put_text(out, "RIFF");
  put_little(out, 0, 4);
  put_text(out, "WEBP");
  put_chunk(out, "VP8X", extended);
  put(out, webp.subspan(kHeader));
  if (out.size() % 2 != 0) out.push_back(0);
  put_chunk(out, "XMP ", {reinterpret_cast<const std::uint8_t*>(packet.data()), packet.size()});
  const auto riff_bytes = static_cast<std::uint32_t>(out.size() - 8);
  for (int i = 0; i < 4; ++i) out[4 + std::size_t(i)] = static_cast<std::uint8_t>(riff_bytes >> (8 * i));
  return out;
}

}  // namespace equi::media
