#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/base/error.h"
#include "core/media/exporters.h"
#include "core/media/metadata.h"
#include "core/media/tiff_file.h"

namespace equi::media {
namespace {

constexpr int kTile = 256;
constexpr int kBlockWidth = 4 * kTile;
constexpr std::size_t kTileBytes = std::size_t{kTile} * kTile * 3;

void set_fields(TIFF* tiff, const StripSource& source, const ExportOptions& options,
                const std::string& record) {
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, static_cast<std::uint32_t>(source.width));
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, static_cast<std::uint32_t>(source.height));
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 8);
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 3);
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_RGB);
  TIFFSetField(tiff, TIFFTAG_TILEWIDTH, std::uint32_t{kTile});
  TIFFSetField(tiff, TIFFTAG_TILELENGTH, std::uint32_t{kTile});
  TIFFSetField(tiff, TIFFTAG_SOFTWARE, "EquiCanvas " EQUI_VERSION);
  if (options.compression == TiffCompression::none) {
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_NONE);
  } else {
    const bool lzw = options.compression == TiffCompression::lzw;
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, lzw ? COMPRESSION_LZW : COMPRESSION_ADOBE_DEFLATE);
    TIFFSetField(tiff, TIFFTAG_PREDICTOR, PREDICTOR_HORIZONTAL);
    if (!lzw) TIFFSetField(tiff, TIFFTAG_ZIPQUALITY, options.effort);
  }
  if (!record.empty()) {
    const auto packet = make_xmp(record);
    TIFFSetField(tiff, TIFFTAG_XMLPACKET, static_cast<std::uint32_t>(packet.size()), packet.data());
  }
}

// One tile of a block; what lies outside the picture repeats its last row and column, which packs best.
void fill_tile(std::vector<std::uint8_t>& tile, const Block& block, int height, int x, int y) {
  const int width = std::min(kTile, block.width - x);
  for (int row = 0; row < kTile; ++row) {
    const int from = std::min(y + row, height - 1);
    const auto* pixels =
        block.pixels.data() + (std::size_t(from) * std::size_t(block.width) + std::size_t(x)) * 3;
    auto* out = tile.data() + std::size_t(row) * kTile * 3;
    std::memcpy(out, pixels, std::size_t(width) * 3);
    for (int i = width; i < kTile; ++i)
      std::memcpy(out + std::size_t(i) * 3, out + (std::size_t(width) - 1) * 3, 3);
  }
}

}  // namespace

void write_tiff(const std::filesystem::path& path, const StripSource& source, const ExportOptions& options,
                const std::string& record, const ExportControl& control) {
  const bool big = options.big_tiff || needs_big_tiff(source.width, source.height);
  TiffFile file(path, big ? "w8" : "w");
  set_fields(file.get(), source, options, record);
  std::vector<std::uint8_t> tile(kTileBytes);
  for_each_block(source, kBlockWidth, control, [&](const Block& block) {
    for (int x = 0; x < block.width; x += kTile) {
      for (int y = 0; y < source.height; y += kTile) {
        fill_tile(tile, block, source.height, x, y);
        errno = 0;
        if (TIFFWriteTile(file.get(), tile.data(), static_cast<std::uint32_t>(block.x + x),
                          static_cast<std::uint32_t>(y), 0, 0) < 0) {
          file.fail();
        }
      }
    }
    control.report(block.x + block.width, source.width);
  });
  file.close();
}

}  // namespace equi::media
