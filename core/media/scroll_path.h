#pragma once

#include <cstdint>

namespace equi::media {

// A video that scrolls over a panorama.
struct ScrollOptions {
  enum class Loop {
    none,            // from one end to the other
    ring,            // on over the end into the beginning; seamless where the picture is
    there_and_back,  // seamless with any picture
  };
  int width = 1280, height = 720;   // pixels of the video, even; the picture is scaled to the height
  double frames_per_second = 30.0;  // 1..240
  double speed = 120.0;             // pixels of the video per second
  bool leftwards = false;           // the view moves from right to left
  double ease_seconds = 1.0;        // of speeding up and slowing down at the ends; 0: none, as in a ring
  Loop loop = Loop::none;
};

// Where the view is in each frame: computed once, in pixels of the picture.
class ScrollPath {
 public:
  // Throws Error(bad_input) for options out of range or a video that is wider than the picture.
  ScrollPath(const ScrollOptions& options, std::int64_t picture_width, int picture_height);

  std::int64_t frames() const { return frames_; }
  double seconds() const;
  double scale() const { return scale_; }            // video pixels for a picture pixel
  double view_width() const { return view_width_; }  // picture pixels
  // The view's left edge in frame `frame`, 0 <= it < picture width; in a ring the view may go on over the
  // end.
  double left_edge(std::int64_t frame) const;

 private:
  double way(double frame) const;  // 0..distance

  ScrollOptions options_;
  double scale_ = 1, view_width_ = 0, distance_ = 0, picture_width_ = 0;
  double ramp_ = 0;           // frames of speeding up
  std::int64_t one_way_ = 0;  // frames from one end to the other
  std::int64_t frames_ = 0;
};

}  // namespace equi::media
