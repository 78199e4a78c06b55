#pragma once

#include <filesystem>
#include <string>

#include "core/media/export_format.h"
#include "core/media/strip_source.h"

// One function for each kind of file; core/media/export.h chooses among them. `path` is written in place (the
// caller gives one aside). `record` may be empty. All throw Error(io) when writing fails, Error(cancelled)
// when stopped, and whatever the source throws. Memory does not grow with the width but for JPEG and WebP,
// whose width has a limit.
namespace equi::media {

// Row by row through a BandSpool beside it.
void write_png(const std::filesystem::path& path, const StripSource& source, const ExportOptions& options,
               const std::string& record, const ExportControl& control);

// JPEG or WebP.
void write_small(const std::filesystem::path& path, const StripSource& source, const ExportOptions& options,
                 const std::string& record, const ExportControl& control);

// Tiles of 256 x 256; a BigTIFF when 4 GiB might not be enough.
void write_tiff(const std::filesystem::path& path, const StripSource& source, const ExportOptions& options,
                const std::string& record, const ExportControl& control);

// The tiles of a deep-zoom pyramid into the folder `tiles`; returns the text of the .dzi file.
std::string write_deep_zoom(const std::filesystem::path& tiles, const StripSource& source,
                            const ExportOptions& options, const ExportControl& control);

// MP4 or WebM.
void write_video(const std::filesystem::path& path, const StripSource& source, const ExportOptions& options,
                 const ExportControl& control);

}  // namespace equi::media
