#pragma once

#include <filesystem>
#include <memory>

#include "core/media/image.h"

namespace equi::media {

// Where frames go; one file for each format.
class FrameSink {
 public:
  virtual ~FrameSink() = default;
  // A frame that is shown for `seconds`. All frames are of one size. Throws Error(io).
  virtual void add(const Image& frame, double seconds) = 0;
  virtual void finish() = 0;  // after the last frame
};

// Each writes to `path`, whatever its name ends in.
std::unique_ptr<FrameSink> make_gif_sink(const std::filesystem::path& path);
std::unique_ptr<FrameSink> make_mp4_sink(const std::filesystem::path& path, double fps);
// All frames in one picture, from top to bottom; `format` is its ending.
std::unique_ptr<FrameSink> make_strip_sink(const std::filesystem::path& path);

// An animation by the file name's ending: .gif (repeats for ever, 256 colours in each frame's changed part),
// .mp4 (H.264 where OpenCV's FFmpeg has it, MPEG-4 otherwise), or a picture's ending for a strip of frames.
// Frames are written as they come, aside; the file takes its name in finish, and nothing remains without it.
class AnimationWriter {
 public:
  // Throws Error(bad_input) for an unknown ending or fps outside 0.1 .. 60, Error(io) when it cannot be made.
  AnimationWriter(const std::filesystem::path& path, double fps);
  ~AnimationWriter();
  AnimationWriter(const AnimationWriter&) = delete;
  AnimationWriter& operator=(const AnimationWriter&) = delete;

  // Throws Error(bad_input) for a frame of another size than the first.
  void add(Image frame);
  // The last frame stays `hold_seconds`. Throws Error(bad_input) when there was no frame.
  void finish(double hold_seconds = 1.5);

 private:
  std::filesystem::path path_, aside_;
  double fps_;
  std::unique_ptr<FrameSink> sink_;
  Image last_;  // not written yet: how long it stays is known when the next one comes
  bool finished_ = false;
};

// Throws what AnimationWriter would throw about the name alone.
void check_animation_writable(const std::filesystem::path& path);

}  // namespace equi::media
