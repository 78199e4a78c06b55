#include "core/media/export.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <list>

#include <stdlib.h>

#include "core/base/error.h"
#include "core/media/exporters.h"
#include "core/media/pending_file.h"

namespace equi::media {
namespace {

// An export replaces the folder of tiles: one that is not an earlier export's is somebody's.
void check_tiles_folder(const std::filesystem::path& target) {
  const auto folder = tiles_folder(target);
  std::error_code ignored;
  if (!std::filesystem::is_directory(folder, ignored) || std::filesystem::is_empty(folder, ignored)) return;
  const auto is_level = [](const std::filesystem::directory_entry& entry) {
    const auto name = entry.path().filename().string();
    return entry.is_directory() && name.find_first_not_of("0123456789") == std::string::npos;
  };
  bool ours = std::filesystem::is_regular_file(target, ignored);
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored))
    ours = ours && is_level(entry);
  if (!ours) {
    throw Error(ErrorKind::bad_input, folder.string(),
                "is not the tiles of an earlier export and would be replaced",
                "choose another name, or move it away");
  }
}

std::uint64_t size_of(const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(path, ignored)) return std::filesystem::file_size(path, ignored);
  std::uint64_t total = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path, ignored)) {
    if (entry.is_regular_file(ignored)) total += entry.file_size(ignored);
  }
  return total;
}

void write_one(const std::filesystem::path& path, const StripSource& source, const ExportOptions& options,
               const std::string& record, const ExportControl& control) {
  switch (options.format) {
    case Format::png:
      return write_png(path, source, options, record, control);
    case Format::jpeg:
    case Format::webp:
      return write_small(path, source, options, record, control);
    case Format::tiff:
      return write_tiff(path, source, options, record, control);
    case Format::mp4:
    case Format::webm:
      return write_video(path, source, options, control);
    case Format::deep_zoom:
      break;
  }
  throw Error(ErrorKind::internal, path.string(), "is no single file");
}

void write_text(const std::filesystem::path& path, const std::string& text) {
  errno = 0;
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.flush();
  if (!out) throw_io(path, errno != 0 ? errno : EIO);
}

// Whatever goes wrong with the file aside is told of the one that was asked for.
template <typename Write>
auto telling_of(const std::filesystem::path& asked, const PendingFile& file, Write write) {
  try {
    return write();
  } catch (const Error& error) {
    throw file.told_of(asked, error);
  }
}

ExportResult export_deep_zoom(const StripSource& source, const std::filesystem::path& target,
                              const ExportOptions& options, const ExportControl& control) {
  check_tiles_folder(target);
  PendingFile descriptor(target);
  PendingFile tiles(tiles_folder(target), true);
  const auto text =
      telling_of(target, tiles, [&] { return write_deep_zoom(tiles.path(), source, options, control); });
  telling_of(target, descriptor, [&] { write_text(descriptor.path(), text); });
  control.check();
  tiles.commit();
  descriptor.commit();
  return {{target}, size_of(target) + size_of(tiles_folder(target))};
}

// A part's progress within that of all parts.
ExportControl within(const ExportControl& control, const Part& part, std::int64_t whole) {
  ExportControl inner{{}, control.stop};
  inner.progress = [&control, part, whole](std::int64_t done, std::int64_t total) {
    const double share = static_cast<double>(done) / static_cast<double>(std::max<std::int64_t>(1, total));
    control.report(part.x + static_cast<std::int64_t>(share * static_cast<double>(part.width)), whole);
  };
  return inner;
}

}  // namespace

ExportResult export_picture(const StripSource& source, const std::filesystem::path& target,
                            const ExportOptions& options, const std::string& record,
                            const ExportControl& control) {
  validate(options, source.width, source.height);
  if (options.format == Format::deep_zoom) return export_deep_zoom(source, target, options, control);
  const bool video = is_video(options.format);
  const auto parts = plan_parts(target, source.width, video ? 0 : options.part_width);
  std::list<PendingFile> files;
  for (const auto& part : parts) {
    auto& file = files.emplace_back(part.path);
    telling_of(part.path, file, [&] {
      write_one(file.path(), cut(source, part.x, part.width), options, record,
                video ? control : within(control, part, source.width));
    });
  }
  control.check();
  ExportResult result;
  for (auto& file : files) {
    file.commit();
    result.files.push_back(file.target());
    result.bytes += size_of(file.target());
  }
  return result;
}

std::filesystem::path tiles_folder(const std::filesystem::path& dzi) {
  return dzi.parent_path() / (dzi.stem().string() + "_files");
}

void check_target(const std::filesystem::path& target, const ExportOptions& options) {
  const PendingFile file(target);
  if (options.format != Format::deep_zoom) return;
  check_tiles_folder(target);
  const PendingFile tiles(tiles_folder(target), true);
}

double measure_bytes_per_pixel(const StripSource& sample, const ExportOptions& options) {
  if (is_video(options.format)) return typical_bytes_per_pixel(options);
  if (options.format == Format::tiff && options.compression == TiffCompression::none) return 3.0;
  ExportOptions small = options;
  small.part_width = 0;
  double pyramid = 1.0;
  if (options.format == Format::deep_zoom) {
    small.format = options.png_tiles ? Format::png : Format::jpeg;
    pyramid = 4.0 / 3.0;
  }
  std::string pattern = (std::filesystem::temp_directory_path() / "equicanvas-sample-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw_io(pattern, errno);
  const std::filesystem::path folder = pattern;
  double bytes = 0;
  std::error_code ignored;
  try {
    bytes =
        static_cast<double>(export_picture(sample, folder / ("sample" + ending(small.format)), small).bytes);
  } catch (...) {
    std::filesystem::remove_all(folder, ignored);
    throw;
  }
  std::filesystem::remove_all(folder, ignored);
  return bytes * pyramid / (static_cast<double>(sample.width) * sample.height);
}

}  // namespace equi::media
