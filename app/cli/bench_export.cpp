#include <cmath>
#include <fstream>
#include <memory>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include "app/cli/bench.h"
#include "app/cli/console.h"
#include "core/base/error.h"
#include "core/media/export.h"
#include "core/media/pending_file.h"

// bench export: writing a very wide panorama, against copying the same number of bytes.
namespace equi::cli {
namespace {

constexpr int kColumnPixels = 16;
constexpr std::int64_t kTile = 4096;                  // pixels of the test picture that is repeated
constexpr std::size_t kPiece = std::size_t{4} << 20;  // of the plain copy

struct Arguments {
  std::int64_t columns = 100000;
  int height = 256;
  std::string folder;
  bool json = false;
};

// A picture as hard to pack as a photo: hills, haze and grain. Made once; what is measured is the writing.
media::Image test_picture(int height) {
  media::Image picture{static_cast<int>(kTile), height, {}};
  picture.pixels.resize(std::size_t(kTile) * std::size_t(height) * 3);
  std::uint32_t random = 1;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      const double turn = 2 * M_PI * x / static_cast<double>(kTile);
      const double hill = std::sin(3 * turn) + 0.5 * std::sin(7 * turn) + 0.25 * std::sin(17 * turn);
      const double light = std::tanh((y - height * (0.5 - 0.1 * hill)) / 20.0);
      random = random * 1664525U + 1013904223U;
      const double grain = static_cast<double>(random >> 24) / 32.0 - 4.0;
      auto* rgb = picture.row(y) + std::size_t(x) * 3;
      rgb[0] = static_cast<std::uint8_t>(130 - 60 * light + grain);
      rgb[1] = static_cast<std::uint8_t>(150 - 40 * light + grain);
      rgb[2] = static_cast<std::uint8_t>(170 - 90 * light + grain);
    }
  }
  return picture;
}

media::StripSource repeated(const media::Image& picture, std::int64_t width) {
  return {picture.height, width, [&picture](std::int64_t x, int count, std::span<std::uint8_t> rgb) {
            const auto source = media::source_of(picture);
            if (const std::int64_t at = x % kTile; at + count <= kTile) return source.read(at, count, rgb);
            throw Error(ErrorKind::internal, "bench", "a block that does not divide the test picture");
          }};
}

// As many bytes, written from memory and put on the disk: what no exporter can beat without packing.
double plain_copy(const std::filesystem::path& file, std::uint64_t bytes) {
  std::vector<char> piece(kPiece, 'x');
  const Stopwatch watch;
  const int out = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (out < 0) media::throw_io(file, errno);
  for (std::uint64_t done = 0; done < bytes;) {
    const auto written = write(out, piece.data(), std::min<std::uint64_t>(piece.size(), bytes - done));
    if (written < 0) media::throw_io(file, errno);
    done += std::uint64_t(written);
  }
  if (fsync(out) != 0) media::throw_io(file, errno);
  close(out);
  return watch.seconds();
}

double peak_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

struct Case {
  const char* name;
  const char* file;
  media::Format format;
  media::TiffCompression compression;
  int effort;
};
constexpr Case kCases[] = {
    {"bigtiff_none", "a.tif", media::Format::tiff, media::TiffCompression::none, 3},
    {"bigtiff_deflate", "b.tif", media::Format::tiff, media::TiffCompression::deflate, 3},
    {"png", "c.png", media::Format::png, media::TiffCompression::none, 3},
    {"deep_zoom", "d.dzi", media::Format::deep_zoom, media::TiffCompression::none, 3},
};

void run(const Arguments& a) {
  const Interrupt interrupt;
  const std::filesystem::path parent =
      a.folder.empty() ? std::filesystem::temp_directory_path() : std::filesystem::path(a.folder);
  const auto folder = parent / fmt::format("equicanvas-bench-{}", getpid());
  std::filesystem::create_directories(folder);
  const std::shared_ptr<void> tidy(nullptr, [&](void*) {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  });
  const std::int64_t width = a.columns * kColumnPixels;
  const std::uint64_t bytes = std::uint64_t(width) * std::uint64_t(a.height) * 3;
  media::require_space(folder, 3 * bytes);
  const auto picture = test_picture(a.height);
  const double before = peak_mib();
  nlohmann::json out = {
      {"columns", a.columns}, {"width", width}, {"height", a.height}, {"pixel_bytes", bytes}};
  const double copy = plain_copy(folder / "copy", bytes);
  std::filesystem::remove(folder / "copy");
  out["plain_copy_seconds"] = copy;
  if (!a.json)
    fmt::print("plain copy of {:.0f} MiB: {:.2f} s\n", static_cast<double>(bytes) / (1 << 20), copy);
  for (const auto& each : kCases) {
    media::ExportOptions options;
    options.format = each.format;
    options.compression = each.compression;
    options.effort = each.effort;
    options.big_tiff = true;
    const Stopwatch watch;
    const auto result = media::export_picture(repeated(picture, width), folder / each.file, options, {},
                                              {{}, interrupt.token()});
    const double seconds = watch.seconds();
    out[each.name] = {{"seconds", seconds}, {"bytes", result.bytes}, {"times_plain_copy", seconds / copy}};
    if (!a.json) {
      fmt::print("{:<16} {:7.2f} s, {:5.1f} x the plain copy, {:.0f} MiB\n", each.name, seconds,
                 seconds / copy, static_cast<double>(result.bytes) / (1 << 20));
    }
    std::filesystem::remove_all(folder / each.file);
    std::filesystem::remove_all(folder / "d_files");
  }
  out["memory_mib"] = peak_mib();
  out["memory_growth_mib"] = peak_mib() - before;
  if (a.json) return print_json(out);
  fmt::print("peak memory {:.0f} MiB, {:.0f} of it for the exports\n", peak_mib(), peak_mib() - before);
}

}  // namespace

void add_bench_export(CLI::App& bench) {
  auto a = std::make_shared<Arguments>();
  auto* command = bench.add_subcommand("export", "Writing a very wide panorama, against copying its bytes");
  command->add_option("--columns", a->columns, "Width in columns of 16 pixels (a multiple of 64)")
      ->check(CLI::Range(std::int64_t{64}, std::int64_t{10'000'000}))
      ->capture_default_str();
  command->add_option("--height", a->height, "Pixels")->check(CLI::Range(16, 4096))->capture_default_str();
  command->add_option("--folder", a->folder, "Where to write (default: the temporary folder)");
  command->add_flag("--json", a->json, "Print JSON");
  command->footer(
      "Example: equicanvas-cli bench export --json\n"
      "         equicanvas-cli bench export --columns 62500   (1,000,000 pixels: memory below 500 MB)");
  command->callback([a] { run(*a); });
}

}  // namespace equi::cli
