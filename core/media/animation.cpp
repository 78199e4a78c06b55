#include "core/media/animation.h"

#include <algorithm>
#include <system_error>

#include <fmt/format.h>

#include "core/base/error.h"

namespace equi::media {
namespace {

constexpr double kSlowest = 0.1, kFastest = 60;  // frames per second

std::string ending_of(const std::filesystem::path& path) {
  std::string ending = path.extension().string();
  std::ranges::transform(ending, ending.begin(), [](unsigned char c) { return std::tolower(c); });
  return ending;
}

bool is_animation(const std::string& ending) {
  return ending == ".gif" || ending == ".mp4";
}

std::unique_ptr<FrameSink> make_sink(const std::filesystem::path& path, double fps) {
  const auto ending = ending_of(path);
  if (ending == ".gif") return make_gif_sink(path);
  if (ending == ".mp4") return make_mp4_sink(path, fps);
  return make_strip_sink(path);
}

}  // namespace

void check_animation_writable(const std::filesystem::path& path) {
  const auto ending = ending_of(path);
  if (!is_animation(ending)) return check_writable(path);
  auto as_picture = path;
  check_writable(as_picture.replace_extension(".png"));  // the folder is what is looked at
}

AnimationWriter::AnimationWriter(const std::filesystem::path& path, double fps) : path_(path), fps_(fps) {
  if (!(fps >= kSlowest && fps <= kFastest)) {
    throw Error(ErrorKind::bad_input, "fps",
                fmt::format("{} is not between {} and {}", fps, kSlowest, kFastest));
  }
  check_animation_writable(path);
  aside_ = path;
  aside_.replace_extension(".part" + path.extension().string());
  sink_ = make_sink(aside_, fps);
}

AnimationWriter::~AnimationWriter() {
  sink_.reset();
  std::error_code ignored;
  if (!finished_) std::filesystem::remove(aside_, ignored);
}

void AnimationWriter::add(Image frame) {
  if (last_.width > 0) {
    if (frame.width != last_.width || frame.height != last_.height) {
      throw Error(ErrorKind::bad_input, path_.string(),
                  fmt::format("a frame of {} x {} pixels among frames of {} x {}", frame.width, frame.height,
                              last_.width, last_.height));
    }
    sink_->add(last_, 1.0 / fps_);
  }
  last_ = std::move(frame);
}

void AnimationWriter::finish(double hold_seconds) {
  if (last_.width == 0) throw Error(ErrorKind::bad_input, path_.string(), "an animation without frames");
  sink_->add(last_, std::max(1.0 / fps_, hold_seconds));
  sink_->finish();
  sink_.reset();
  std::error_code failure;
  std::filesystem::rename(aside_, path_, failure);
  if (failure) throw Error(ErrorKind::io, path_.string(), "cannot be put in place: " + failure.message());
  finished_ = true;
}

}  // namespace equi::media
