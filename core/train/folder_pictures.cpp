#include "core/train/folder_pictures.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <span>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/media/cut_short.h"
#include "core/media/image.h"
#include "core/train/worker_pool.h"

namespace equi::train {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNamed = 5;  // skipped pictures that are named

struct Found {
  fs::path path;
  std::int64_t label = 0;
};

std::vector<fs::path> entries(const fs::path& folder) {
  std::error_code failure;
  std::vector<fs::path> paths;
  for (fs::directory_iterator it(folder, failure), end; !failure && it != end; it.increment(failure)) {
    paths.push_back(it->path());
  }
  if (failure) throw Error(ErrorKind::io, folder.string(), "cannot be opened: " + failure.message());
  std::ranges::sort(paths);
  return paths;
}

bool is_picture(const fs::path& path) {
  static constexpr std::array kEndings = {".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp"};
  std::string ending = path.extension().string();
  std::ranges::transform(ending, ending.begin(), [](unsigned char c) { return std::tolower(c); });
  return std::ranges::find(kEndings, ending) != kEndings.end();
}

void collect(const fs::path& folder, std::int64_t label, std::vector<Found>& found) {
  const auto before = found.size();
  for (const auto& path : entries(folder)) {
    if (is_picture(path)) found.push_back({path, label});
  }
  if (found.size() == before) {
    throw Error(ErrorKind::bad_input, folder.string(), "is a class without pictures",
                "put pictures there or remove the folder");
  }
}

struct Listing {
  std::vector<std::string> class_names;
  std::vector<Found> files;
};

Listing list(const fs::path& folder) {
  Listing listing;
  std::vector<fs::path> classes;
  for (const auto& path : entries(folder)) {
    std::error_code ignored;
    if (fs::is_directory(path, ignored)) classes.push_back(path);
  }
  if (classes.empty()) {
    const auto whole = fs::absolute(folder).lexically_normal();
    listing.class_names.push_back((whole.has_filename() ? whole : whole.parent_path()).filename().string());
    collect(folder, 0, listing.files);
    return listing;
  }
  for (const auto& path : classes) {
    collect(path, static_cast<std::int64_t>(listing.class_names.size()), listing.files);
    listing.class_names.push_back(path.filename().string());
  }
  return listing;
}

// Changes when a file is added, removed or written to.
std::string origin_of(const Listing& listing, std::int64_t height) {
  std::string all;
  for (const auto& file : listing.files) {
    std::error_code ignored;
    all += fmt::format("{} {} {}\n", file.path.string(), fs::file_size(file.path, ignored),
                       fs::last_write_time(file.path, ignored).time_since_epoch().count());
  }
  return fmt::format("{} files of {} classes at {} px, {}", listing.files.size(), listing.class_names.size(),
                     height, sha256_hex(std::as_bytes(std::span(all.data(), all.size()))));
}

torch::Tensor planar(const media::Image& image) {
  auto* data = const_cast<std::uint8_t*>(image.pixels.data());
  return torch::from_blob(data, {image.height, image.width, 3}, torch::kUInt8)
      .permute({2, 0, 1})
      .contiguous();
}

}  // namespace

PictureCache folder_pictures(const fs::path& folder, const fs::path& cache, std::int64_t height,
                             std::int64_t column_pixels, std::int64_t workers, FolderReport& report,
                             const std::function<void(std::int64_t, std::int64_t)>& progress,
                             const std::stop_token& stop) {
  const auto listing = list(folder);
  const auto origin = origin_of(listing, height);
  if (PictureCache::matches(cache, origin)) return PictureCache::open(cache);
  PictureCacheWriter writer(cache, height, listing.class_names, origin);
  const auto total = static_cast<std::int64_t>(listing.files.size());
  std::vector<char> unreadable(listing.files.size(), 0);
  std::atomic<std::int64_t> next = 0, done = 0;
  WorkerPool pool(workers);
  pool.run([&](std::int64_t worker) {
    for (auto i = next++; i < total; i = next++) {
      if (stop.stop_requested()) throw Error(ErrorKind::cancelled, "pictures", "stopped while reading");
      const auto at = static_cast<std::size_t>(i);
      const auto& file = listing.files[at];
      media::Image image;
      try {
        // What is missing of one that breaks off would be learned as grey.
        if (media::is_cut_short(file.path))
          throw Error(ErrorKind::bad_input, file.path.string(), "breaks off");
        image = media::fit_to_height(media::read_image(file.path), static_cast<int>(height),
                                     static_cast<int>(column_pixels));
      } catch (const Error&) {
        unreadable[at] = 1;
      }
      if (!image.pixels.empty()) writer.add(planar(image), file.label, file.path.filename().string());
      ++done;
      if (worker == 0 && progress) progress(done, total);
    }
  });
  std::vector<std::int64_t> read(listing.class_names.size(), 0);
  for (std::size_t i = 0; i < listing.files.size(); ++i) {
    if (unreadable[i] == 0) {
      ++read[static_cast<std::size_t>(listing.files[i].label)];
    } else if (++report.skipped; report.skipped_names.size() < kNamed) {
      report.skipped_names.push_back(listing.files[i].path.filename().string());
    }
  }
  for (std::size_t label = 0; label < read.size(); ++label) {
    if (read[label] == 0) {
      throw Error(ErrorKind::bad_input, (folder / listing.class_names[label]).string(),
                  "holds no picture that can be read", "remove the class or replace its pictures");
    }
    if (read[label] == 1) report.lonely.push_back(listing.class_names[label]);
  }
  writer.finish();
  return PictureCache::open(cache);
}

}  // namespace equi::train
