#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <gif_lib.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/media/animation.h"
#include "core/media/pending_file.h"

// GIF through giflib. A frame carries only the rectangle that changed, with a palette of its own made from
// the pixels that changed; the others in it are transparent. So a frame that replaces one column has 255
// colours for that column alone.
namespace equi::media {
namespace {

constexpr int kColours = 256;
constexpr int kTransparent = 255;  // the palette's last entry
constexpr int kLargestSide = 65535;

struct Rectangle {
  int left = 0, top = 0, right = 0, bottom = 0;  // [left, right) x [top, bottom)
  int width() const { return right - left; }
  int height() const { return bottom - top; }
};

bool differs(const Image& a, const Image& b, int x, int y) {
  return std::memcmp(a.row(y) + std::ptrdiff_t{3} * x, b.row(y) + std::ptrdiff_t{3} * x, 3) != 0;
}

// What changed since the frame before; one pixel when nothing did (a frame cannot be empty).
Rectangle changed_part(const Image& frame, const Image& before) {
  if (before.width == 0) return {0, 0, frame.width, frame.height};
  Rectangle part{frame.width, frame.height, 0, 0};
  for (int y = 0; y < frame.height; ++y) {
    for (int x = 0; x < frame.width; ++x) {
      if (!differs(frame, before, x, y)) continue;
      part = {std::min(part.left, x), std::min(part.top, y), std::max(part.right, x + 1),
              std::max(part.bottom, y + 1)};
    }
  }
  return part.width() > 0 ? part : Rectangle{0, 0, 1, 1};
}

class GifSink final : public FrameSink {
 public:
  explicit GifSink(std::filesystem::path path) : path_(std::move(path)) {
    // Opened here: giflib's own way makes a file that only its owner may read, whatever the umask says.
    const int handle = open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (handle < 0) throw_io(path_, errno);
    int code = 0;
    file_ = EGifOpenFileHandle(handle, &code);
    if (file_ == nullptr) {
      close(handle);
      fail(code);
    }
    EGifSetGifVersion(file_, true);
  }
  GifSink(const GifSink&) = delete;
  GifSink& operator=(const GifSink&) = delete;
  ~GifSink() override {
    int ignored = 0;
    if (file_ != nullptr) EGifCloseFile(file_, &ignored);
  }

  void add(const Image& frame, double seconds) override {
    if (before_.width == 0) begin(frame);
    const auto part = changed_part(frame, before_);
    // The pixels that changed, as planes, and where they are in the part.
    std::vector<GifByteType> planes[3];
    std::vector<std::size_t> places;
    for (int y = part.top; y < part.bottom; ++y) {
      for (int x = part.left; x < part.right; ++x) {
        if (before_.width > 0 && !differs(frame, before_, x, y)) continue;
        for (int c = 0; c < 3; ++c) planes[c].push_back(frame.row(y)[3 * x + c]);
        places.push_back(std::size_t(y - part.top) * std::size_t(part.width()) + std::size_t(x - part.left));
      }
    }
    std::vector<GifByteType> indices(std::size_t(part.width()) * std::size_t(part.height()), kTransparent);
    std::vector<GifColorType> palette(kColours, GifColorType{});
    quantise(planes, places, palette, indices);
    write(part, palette, indices, seconds);
    before_ = frame;
  }

  void finish() override {
    int code = 0;
    auto* file = std::exchange(file_, nullptr);
    if (EGifCloseFile(file, &code) == GIF_ERROR) fail(code);
  }

 private:
  void begin(const Image& frame) {
    if (std::max(frame.width, frame.height) > kLargestSide) {
      throw Error(ErrorKind::bad_input, path_.string(),
                  fmt::format("{} x {} pixels do not fit gif, which stops at {}", frame.width, frame.height,
                              kLargestSide));
    }
    check(EGifPutScreenDesc(file_, frame.width, frame.height, 8, 0, nullptr));
    constexpr unsigned char kForEver[] = {1, 0, 0};
    check(EGifPutExtensionLeader(file_, APPLICATION_EXT_FUNC_CODE));
    check(EGifPutExtensionBlock(file_, 11, "NETSCAPE2.0"));
    check(EGifPutExtensionBlock(file_, sizeof(kForEver), kForEver));
    check(EGifPutExtensionTrailer(file_));
  }

  void quantise(std::vector<GifByteType> (&planes)[3], const std::vector<std::size_t>& places,
                std::vector<GifColorType>& palette, std::vector<GifByteType>& indices) {
    if (places.empty()) return;
    int colours = kTransparent;
    std::vector<GifByteType> chosen(places.size());
    check(GifQuantizeBuffer(static_cast<unsigned>(places.size()), 1, &colours, planes[0].data(),
                            planes[1].data(), planes[2].data(), chosen.data(), palette.data()));
    for (std::size_t i = 0; i < places.size(); ++i) indices[places[i]] = chosen[i];
  }

  void write(const Rectangle& part, const std::vector<GifColorType>& palette,
             std::vector<GifByteType>& indices, double seconds) {
    const GraphicsControlBlock control{DISPOSE_DO_NOT, false, static_cast<int>(std::lround(seconds * 100)),
                                       kTransparent};
    GifByteType bytes[4];
    EGifGCBToExtension(&control, bytes);
    check(EGifPutExtension(file_, GRAPHICS_EXT_FUNC_CODE, sizeof(bytes), bytes));
    auto* map = GifMakeMapObject(kColours, palette.data());
    const int put = EGifPutImageDesc(file_, part.left, part.top, part.width(), part.height(), false, map);
    GifFreeMapObject(map);
    check(put);
    for (int y = 0; y < part.height(); ++y) {
      check(EGifPutLine(file_, indices.data() + std::size_t(y) * std::size_t(part.width()), part.width()));
    }
  }

  void check(int result) {
    if (result == GIF_ERROR) fail(file_->Error);
  }
  [[noreturn]] void fail(int code) const {
    const char* reason = GifErrorString(code);
    throw Error(ErrorKind::io, path_.string(),
                fmt::format("cannot be written: {}", reason != nullptr ? reason : "giflib gives no reason"),
                "is the disk full?");
  }

  std::filesystem::path path_;
  GifFileType* file_ = nullptr;
  Image before_;
};

}  // namespace

std::unique_ptr<FrameSink> make_gif_sink(const std::filesystem::path& path) {
  return std::make_unique<GifSink>(path);
}

}  // namespace equi::media
