#include <algorithm>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/media/animation.h"

// Frames as one picture, top to bottom with a thin white line between them.
namespace equi::media {
namespace {

constexpr int kGap = 4;  // pixels
constexpr std::size_t kMostBytes = std::size_t{1} << 31;

class StripSink final : public FrameSink {
 public:
  explicit StripSink(std::filesystem::path path) : path_(std::move(path)) {}

  void add(const Image& frame, double) override {
    const int top = strip_.height == 0 ? 0 : strip_.height + kGap;
    const auto row_bytes = std::size_t(frame.width) * 3;
    const auto bytes = std::size_t(top + frame.height) * row_bytes;
    if (bytes > kMostBytes) {
      throw Error(ErrorKind::bad_input, path_.string(), "the frames do not fit one picture",
                  "fewer frames or columns");
    }
    strip_.width = frame.width;
    strip_.pixels.resize(std::size_t(top) * row_bytes, 255);
    strip_.pixels.insert(strip_.pixels.end(), frame.pixels.begin(), frame.pixels.end());
    strip_.height = top + frame.height;
  }

  void finish() override { write_image(path_, strip_); }

 private:
  std::filesystem::path path_;
  Image strip_;
};

}  // namespace

std::unique_ptr<FrameSink> make_strip_sink(const std::filesystem::path& path) {
  return std::make_unique<StripSink>(path);
}

}  // namespace equi::media
