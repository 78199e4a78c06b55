#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/media/image.h"
#include "core/media/strip_source.h"

namespace equi::media {

// A thumbnail shows the beginning of a panorama: at most kThumbnailWidth pixels of it, kThumbnailHeight high.
constexpr int kThumbnailWidth = 768, kThumbnailHeight = 96;

// Collects a thumbnail's pixels while a picture passes on its way into a file, so that nothing is decoded
// twice.
class ThumbnailMaker {
 public:
  // The same source, watched. The maker must outlive it.
  StripSource watch(const StripSource& source);
  // The thumbnail as a JPEG; empty when no pixel has passed.
  std::vector<std::uint8_t> jpeg() const;

 private:
  void take(std::int64_t x, int width, std::span<const std::uint8_t> rgb);
  Image picture_;   // the beginning, at full height
  int filled_ = 0;  // columns of it that have passed
};

// Decodes a JPEG in memory. Throws Error(bad_input) naming `where`.
Image decode_jpeg(std::span<const std::uint8_t> bytes, const std::string& where);

struct SheetEntry {
  std::vector<std::uint8_t> thumbnail;  // JPEG; empty: a grey field
  std::string caption;
};

// Contact sheets, kSheetEntries on each: JPEG files "name.jpg", or "name-1.jpg", "name-2.jpg", ... in
// `folder`, written aside and renamed. Throws Error(io).
constexpr std::size_t kSheetEntries = 60;
std::vector<std::filesystem::path> write_contact_sheets(const std::filesystem::path& folder,
                                                        const std::string& name,
                                                        const std::vector<SheetEntry>& entries);

}  // namespace equi::media
