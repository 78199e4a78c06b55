#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/media/export_format.h"
#include "core/media/strip_source.h"

namespace equi::media {

struct ExportResult {
  std::vector<std::filesystem::path> files;  // what the user sees: one, the numbered parts, or the .dzi
  std::uint64_t bytes = 0;                   // of all files, tiles included
};

// Writes a picture to `target` (or to numbered files beside it). `record` is the JSON that goes into the
// files (core/media/metadata.h); formats without metadata ignore it. Everything is written aside and renamed
// at the end: after an error, a stop or a kill, no half file has the target's name, and what was there before
// is still there. Throws Error(bad_input) before anything is written when the options do not fit the picture
// (as validate), Error(io), Error(cancelled).
ExportResult export_picture(const StripSource& source, const std::filesystem::path& target,
                            const ExportOptions& options, const std::string& record = {},
                            const ExportControl& control = {});

// Where the tiles of a deep-zoom picture are.
std::filesystem::path tiles_folder(const std::filesystem::path& dzi);

// Throws what export_picture would throw about the target alone; for asking before a long computation.
void check_target(const std::filesystem::path& target, const ExportOptions& options);

// Bytes per pixel that a sample of the picture takes in the format (videos: the typical value). `sample` is a
// small source, a few hundred pixels wide.
double measure_bytes_per_pixel(const StripSource& sample, const ExportOptions& options);

}  // namespace equi::media
