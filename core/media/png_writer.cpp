#include <algorithm>
#include <cerrno>
#include <csetjmp>
#include <cstdio>
#include <memory>

#include <png.h>

#include "core/base/error.h"
#include "core/media/band_spool.h"
#include "core/media/exporters.h"
#include "core/media/metadata.h"
#include "core/media/pending_file.h"

namespace equi::media {
namespace {

constexpr std::size_t kBandBytes = std::size_t{64} << 20;  // of rows in memory
constexpr std::size_t kIdatBytes = std::size_t{1} << 20;
constexpr int kBitDepth = 8;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

// libpng leaves by longjmp; what it says is kept for the exception that follows.
struct Failure {
  char message[128] = {};
  int error = 0;
};

[[noreturn]] void on_error(png_structp png, png_const_charp message) {
  auto& failure = *static_cast<Failure*>(png_get_error_ptr(png));
  failure.error = errno;
  std::snprintf(failure.message, sizeof failure.message, "%s", message);
  png_longjmp(png, 1);
}
void on_warning(png_structp, png_const_charp) {}

class PngFile {
 public:
  explicit PngFile(const std::filesystem::path& path) : path_(path), file_(std::fopen(path.c_str(), "wbe")) {
    if (!file_) throw_io(path, errno);
    png_ = png_create_write_struct(PNG_LIBPNG_VER_STRING, &failure_, on_error, on_warning);
    info_ = png_ == nullptr ? nullptr : png_create_info_struct(png_);
    if (info_ == nullptr) throw Error(ErrorKind::internal, path.string(), "libpng cannot be used");
    png_init_io(png_, file_.get());
  }
  PngFile(const PngFile&) = delete;
  PngFile& operator=(const PngFile&) = delete;
  ~PngFile() { png_destroy_write_struct(&png_, &info_); }

  void begin(std::int64_t width, int height, int effort, const std::string& record) {
    png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    guarded([this, width, height] {
      png_set_IHDR(png_, info_, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height), kBitDepth,
                   PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                   PNG_FILTER_TYPE_DEFAULT);
    });
    png_set_compression_level(png_, effort);
    png_set_compression_buffer_size(png_, kIdatBytes);
    // The filters of rows above need the row above again; Up and Sub do nearly as well as all five in half
    // the time.
    png_set_filter(png_, PNG_FILTER_TYPE_BASE, effort < 5 ? PNG_FILTER_SUB | PNG_FILTER_UP : PNG_ALL_FILTERS);
    set_texts(record);
    guarded([this] { png_write_info(png_, info_); });
  }
  void row(const std::uint8_t* pixels) {
    guarded([this, pixels] { png_write_row(png_, pixels); });
  }
  void end() {
    guarded([this] { png_write_end(png_, info_); });
    if (std::fflush(file_.get()) != 0) throw_io(path_, errno);
  }

 private:
  void set_texts(const std::string& record) {
    std::string software = std::string("EquiCanvas ") + EQUI_VERSION, text = record;
    std::string software_key = "Software", record_key = kRecordKeyword, none;
    png_text texts[2] = {};
    texts[0].compression = PNG_TEXT_COMPRESSION_NONE;
    texts[0].key = software_key.data();
    texts[0].text = software.data();
    texts[0].text_length = software.size();
    texts[1].compression = record.size() > 1024 ? PNG_ITXT_COMPRESSION_zTXt : PNG_ITXT_COMPRESSION_NONE;
    texts[1].key = record_key.data();
    texts[1].text = text.data();
    texts[1].itxt_length = text.size();
    texts[1].lang = none.data();
    texts[1].lang_key = none.data();
    const int count = record.empty() ? 1 : 2;
    png_text* first = texts;
    guarded([this, first, count] { png_set_text(png_, info_, first, count); });
  }

  // Runs a call of libpng. Nothing with a destructor may live in `call`: an error jumps over it.
  template <typename Call>
  void guarded(Call call) {
    errno = 0;
    if (setjmp(png_jmpbuf(png_)) != 0) fail();
    call();
  }
  [[noreturn]] void fail() const {
    if (failure_.error != 0) throw_io(path_, failure_.error);
    throw Error(ErrorKind::io, path_.string(), std::string("cannot be written: ") + failure_.message);
  }

  std::filesystem::path path_;
  File file_;
  Failure failure_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
};

}  // namespace

void write_png(const std::filesystem::path& path, const StripSource& source, const ExportOptions& options,
               const std::string& record, const ExportControl& control) {
  BandSpool spool(folder_of(path), source.width, source.height);
  const std::int64_t total = 2 * source.width;  // half for the columns, half for the rows
  for_each_block(source, BandSpool::kBlockWidth, control, [&](const Block& block) {
    spool.write(block.x, block.pixels);
    control.report(block.x + block.width, total);
  });
  PngFile png(path);
  png.begin(source.width, source.height, options.effort, record);
  const int band = spool.rows_within(kBandBytes);
  std::vector<std::uint8_t> rows(std::size_t(band) * std::size_t(source.width) * 3);
  for (int y = 0; y < source.height; y += band) {
    const int count = std::min(band, source.height - y);
    spool.read_rows(y, count, {rows.data(), std::size_t(count) * std::size_t(source.width) * 3});
    for (int row = 0; row < count; ++row) {
      control.check();
      png.row(rows.data() + std::size_t(row) * std::size_t(source.width) * 3);
      control.report(source.width + source.width * (y + row + 1) / source.height, total);
    }
  }
  png.end();
}

}  // namespace equi::media
