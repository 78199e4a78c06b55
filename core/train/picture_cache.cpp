#include "core/train/picture_cache.h"

#include <algorithm>
#include <system_error>
#include <tuple>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/train/files.h"

namespace equi::train {
namespace {

using Json = nlohmann::json;

constexpr int kFormat = 1;
constexpr std::size_t kHoldOutEvery = 16;
constexpr std::int64_t kMaxSide = 1 << 20;
constexpr const char* kPixels = "pixels.bin";
constexpr const char* kIndex = "index.json";
constexpr const char* kLock = ".pictures.lock";  // not the name of a run's: the cache may be its folder

Json to_json(const CacheIndex& index) {
  Json pictures = Json::array();
  for (const auto& p : index.pictures) pictures.push_back({p.offset, p.width, p.label, p.source});
  return {{"format", kFormat},
          {"height", index.height},
          {"class_names", index.class_names},
          {"origin", index.origin},
          {"pictures", std::move(pictures)}};
}

CacheIndex from_json(const Json& document, const std::string& where) {
  try {
    if (document.at("format") != kFormat) throw Error(ErrorKind::bad_input, where, "has another format");
    CacheIndex index;
    document.at("height").get_to(index.height);
    document.at("class_names").get_to(index.class_names);
    document.at("origin").get_to(index.origin);
    for (const auto& p : document.at("pictures")) {
      index.pictures.push_back({p.at(0), p.at(1), p.at(2), p.at(3)});
    }
    return index;
  } catch (const Json::exception& e) {
    throw Error(ErrorKind::bad_input, where, "is no picture cache", "delete the folder; it is made anew");
  }
}

void check(const CacheIndex& index, std::uint64_t bytes, const std::string& where) {
  const auto classes = static_cast<std::int64_t>(index.class_names.size());
  bool sound = index.height > 0 && index.height <= kMaxSide && classes > 0;
  for (const auto& p : index.pictures) {
    sound = sound && p.width > 0 && p.width <= kMaxSide && p.label >= 0 && p.label < classes;
    const auto size = static_cast<std::uint64_t>(3 * index.height * p.width);
    sound = sound && p.offset <= bytes && size <= bytes - p.offset;
  }
  if (sound) return;
  throw Error(ErrorKind::bad_input, where, "does not fit the pixels beside it",
              "delete the folder; it is made anew");
}

}  // namespace

PictureCache PictureCache::open(const std::filesystem::path& folder) {
  PictureCache cache;
  const auto path = folder / kIndex;
  cache.index_ = from_json(Json::parse(read_text(path), nullptr, false), path.string());
  if (!cache.index_.pictures.empty()) cache.file_ = MappedFile::open(folder / kPixels);
  check(cache.index_, cache.file_ ? cache.file_->bytes().size() : 0, path.string());
  cache.split();
  return cache;
}

bool PictureCache::matches(const std::filesystem::path& folder, const std::string& origin) {
  std::error_code missing;
  if (!std::filesystem::exists(folder / kIndex, missing)) return false;
  try {
    return open(folder).index().origin == origin;
  } catch (const Error&) {
    return false;
  }
}

void PictureCache::split() {
  training_.resize(index_.class_names.size());
  held_out_.resize(index_.class_names.size());
  std::vector<std::size_t> seen(index_.class_names.size(), 0);
  for (std::size_t i = 0; i < index_.pictures.size(); ++i) {
    const auto label = static_cast<std::size_t>(index_.pictures[i].label);
    const bool held = ++seen[label] % kHoldOutEvery == 0;
    (held ? held_out_ : training_)[label].push_back(static_cast<std::int64_t>(i));
  }
}

std::int64_t PictureCache::training_count() const {
  std::size_t total = 0;
  for (const auto& pictures : training_) total += pictures.size();
  return static_cast<std::int64_t>(total);
}

std::int64_t PictureCache::held_out_count() const {
  return static_cast<std::int64_t>(index_.pictures.size()) - training_count();
}

torch::Tensor PictureCache::pixels(std::int64_t picture) const {
  const auto& p = index_.pictures[static_cast<std::size_t>(picture)];
  auto* data = const_cast<std::byte*>(file_->bytes().data() + p.offset);
  return torch::from_blob(
      data, {3, index_.height, p.width}, [keep = file_](void*) {}, torch::kUInt8);
}

PictureCacheWriter::PictureCacheWriter(std::filesystem::path folder, std::int64_t height,
                                       std::vector<std::string> class_names, std::string origin)
    : folder_(std::move(folder)), aside_(folder_ / fmt::format("{}.part", kPixels)) {
  index_.height = height;
  index_.class_names = std::move(class_names);
  index_.origin = std::move(origin);
  make_folder(folder_);
  if (!lock_.take(folder_ / kLock)) {
    throw Error(ErrorKind::io, folder_.string(), "another program is packing pictures there",
                "wait for it, stop it first, or choose another folder with --cache");
  }
  stream_.open(aside_, std::ios::binary | std::ios::trunc);
  if (!stream_) throw Error(ErrorKind::io, aside_.string(), "cannot be created");
}

PictureCacheWriter::~PictureCacheWriter() {
  std::error_code ignored;
  std::filesystem::remove(aside_, ignored);
}

void PictureCacheWriter::add(const torch::Tensor& pixels, std::int64_t label, const std::string& source) {
  const std::scoped_lock lock(mutex_);
  stream_.write(static_cast<const char*>(pixels.const_data_ptr()), pixels.numel());
  if (!stream_) {
    throw Error(ErrorKind::io, aside_.string(), "cannot be written: the disk may be full",
                "choose another folder with --cache");
  }
  index_.pictures.push_back({written_, pixels.size(2), label, source});
  written_ += static_cast<std::uint64_t>(pixels.numel());
}

void PictureCacheWriter::finish() {
  const std::scoped_lock lock(mutex_);
  stream_.close();
  if (!stream_) throw Error(ErrorKind::io, aside_.string(), "cannot be written");
  std::ranges::sort(index_.pictures, {}, [](const auto& p) { return std::tie(p.label, p.source); });
  // The index goes first and comes last: cut off in between, the folder is no cache, never a mixed one.
  std::error_code failure;
  std::filesystem::remove(folder_ / kIndex, failure);
  if (!failure) std::filesystem::rename(aside_, folder_ / kPixels, failure);
  if (failure) {
    throw Error(ErrorKind::io, (folder_ / kPixels).string(),
                fmt::format("cannot be put in place: {}", failure.message()));
  }
  write_text(folder_ / kIndex, to_json(index_).dump(-1, ' ', false, Json::error_handler_t::replace));
}

}  // namespace equi::train
