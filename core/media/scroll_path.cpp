#include "core/media/scroll_path.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/base/error.h"

namespace equi::media {
namespace {

constexpr int kSmallest = 16, kLargest = 8192;   // pixels of the video
constexpr std::int64_t kMaxFrames = 10'000'000;  // 92 hours at 30 a second
constexpr double kMaxSpeed = 1e6, kMaxFps = 240.0, kMaxEase = 60.0;

[[noreturn]] void refuse(const std::string& what, const std::string& hint = {}) {
  throw Error(ErrorKind::bad_input, "video", what, hint);
}

void check(const ScrollOptions& o) {
  for (const int side : {o.width, o.height}) {
    if (side < kSmallest || side > kLargest || side % 2 != 0) {
      refuse(fmt::format("{} x {} pixels: both must be even and within {} to {}", o.width, o.height,
                         kSmallest, kLargest));
    }
  }
  if (!(o.frames_per_second >= 1 && o.frames_per_second <= kMaxFps)) {
    refuse(fmt::format("{} frames per second are not within 1 to {}", o.frames_per_second, kMaxFps));
  }
  if (!(o.speed > 0 && o.speed <= kMaxSpeed)) {
    refuse(fmt::format("a speed of {} pixels per second is not above 0 and at most {}", o.speed, kMaxSpeed));
  }
  if (!(o.ease_seconds >= 0 && o.ease_seconds <= kMaxEase)) {
    refuse(fmt::format("easing of {} s is not within 0 to {}", o.ease_seconds, kMaxEase));
  }
}

}  // namespace

ScrollPath::ScrollPath(const ScrollOptions& options, std::int64_t picture_width, int picture_height)
    : options_(options), picture_width_(static_cast<double>(picture_width)) {
  check(options);
  const bool ring = options.loop == ScrollOptions::Loop::ring;
  scale_ = static_cast<double>(options.height) / picture_height;
  view_width_ = options.width / scale_;
  if (view_width_ > picture_width_) {
    refuse(fmt::format("{} x {} shows {:.0f} pixels of the picture, which has {}", options.width,
                       options.height, view_width_, picture_width),
           "make the video narrower or higher");
  }
  distance_ = ring ? picture_width_ : picture_width_ - view_width_;
  const double step = options.speed / scale_ / options.frames_per_second;  // picture pixels a frame
  const double steps = distance_ / step;
  // Speeding up and slowing down evenly takes as many frames more as one ramp has.
  ramp_ = ring ? 0 : std::min(options.ease_seconds * options.frames_per_second, steps);
  const double frames = std::round(steps + ramp_) + (ring ? 0 : 1);
  if (!(frames <= static_cast<double>(kMaxFrames))) {
    refuse(fmt::format("{:.3g} frames are more than {}", frames, kMaxFrames), "raise the speed");
  }
  one_way_ = std::max<std::int64_t>(1, static_cast<std::int64_t>(frames));
  const bool back = options.loop == ScrollOptions::Loop::there_and_back;
  frames_ = back ? std::max<std::int64_t>(1, 2 * one_way_ - 2) : one_way_;
}

double ScrollPath::seconds() const {
  return static_cast<double>(frames_) / options_.frames_per_second;
}

double ScrollPath::way(double frame) const {
  const double last = static_cast<double>(one_way_ - 1);
  if (options_.loop == ScrollOptions::Loop::ring) {
    return distance_ * frame / static_cast<double>(one_way_);
  }
  if (last <= 0) return 0;
  const double top = distance_ / (last - std::min(ramp_, last / 2));  // pixels a frame at full speed
  const double ramp = std::min(ramp_, last / 2);
  const double from_end = std::min(frame, last - frame);
  const double way = from_end < ramp ? top * from_end * from_end / (2 * ramp) : top * (from_end - ramp / 2);
  return frame * 2 <= last ? way : distance_ - way;
}

double ScrollPath::left_edge(std::int64_t frame) const {
  const std::int64_t there = frame < one_way_ ? frame : frames_ - frame;
  const double w = std::clamp(way(static_cast<double>(there)), 0.0, distance_);
  if (options_.loop == ScrollOptions::Loop::ring) {
    const double x = options_.leftwards ? picture_width_ - w : w;
    return std::fmod(x, picture_width_);
  }
  return options_.leftwards ? distance_ - w : w;
}

}  // namespace equi::media
