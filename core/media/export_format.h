#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/media/scroll_path.h"

// What can be exported, and everything about it that can be said before starting: limits, parts, sizes. Plain
// data and pure functions, for the dialog and the command line.
namespace equi::media {

enum class Format { png, jpeg, webp, tiff, deep_zoom, mp4, webm };

enum class TiffCompression { none, lzw, deflate };

struct ExportOptions {
  Format format = Format::png;
  int quality = 90;       // JPEG, WebP and the tiles of deep zoom: 1..100
  bool lossless = false;  // WebP
  int effort = 3;         // of PNG and TIFF's deflate: 1 (fast) .. 9 (small)
  TiffCompression compression = TiffCompression::deflate;
  bool big_tiff = false;        // BigTIFF also where a classic TIFF does
  bool png_tiles = false;       // deep zoom: PNG tiles instead of JPEG
  std::int64_t part_width = 0;  // pixels; pictures wider than that are split into numbered files; 0: never
  ScrollOptions scroll;         // MP4, WebM
};

// ".png" or "png", any case, and back to the usual ending (".png", ".jpg", ".webp", ".tif", ".dzi", ".mp4",
// ".webm"). Throws Error(bad_input) for another text.
Format parse_format(const std::string& ending);
std::string ending(Format format);
// "PNG", "JPEG", "deep zoom", ...
std::string name(Format format);
std::string name(TiffCompression compression);
TiffCompression parse_compression(const std::string& text);  // "none", "lzw", "deflate"

bool is_video(Format format);
bool carries_metadata(Format format);     // from which a document's settings can be restored
std::size_t record_limit(Format format);  // bytes of such a record

// The widest and highest picture that one file of the format holds, in pixels.
std::int64_t size_limit(Format format);

// What stands in the way of one file of this size, in words for the user ("a JPEG file holds ..."); empty:
// nothing does.
std::string limit_message(Format format, std::int64_t width, std::int64_t height);

// The widest part of whole columns that the format holds.
std::int64_t largest_part(Format format, std::int64_t column_pixels);

// Whether a TIFF of this size is written as BigTIFF: when its pixels could pass the 4 GiB of a classic one.
bool needs_big_tiff(std::int64_t width, std::int64_t height);

// Throws Error(bad_input) when an option is out of range or one file of this size cannot be (and no part
// width makes it smaller).
void validate(const ExportOptions& options, std::int64_t width, int height);

// One file of an export.
struct Part {
  std::filesystem::path path;
  std::int64_t x = 0;      // first pixel column
  std::int64_t width = 0;  // pixels
};

// The files that an export of a picture makes: `target`, or "name-1.png", "name-2.png", ... with as many
// digits as the last one needs.
std::vector<Part> plan_parts(const std::filesystem::path& target, std::int64_t width,
                             std::int64_t part_width);

// How large it will be. An estimate from typical pictures unless `bytes_per_pixel` was measured on this one.
struct SizeEstimate {
  std::uint64_t bytes = 0;            // all files
  std::uint64_t temporary_bytes = 0;  // needed beside them while writing
  std::int64_t files = 0;
  double seconds = 0;  // of video; 0 for pictures
};
SizeEstimate estimate_size(const ExportOptions& options, std::int64_t width, int height,
                           double bytes_per_pixel = 0);

// Bytes that a pixel of a typical picture takes (of a video: of each frame).
double typical_bytes_per_pixel(const ExportOptions& options);

}  // namespace equi::media
