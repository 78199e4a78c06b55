#include "core/batch/seamless.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/stream/loop_bridge.h"
#include "core/stream/mirror.h"
#include "core/stream/seam.h"
#include "core/stream/seam_levelling.h"

namespace equi::batch {
namespace {

constexpr std::int64_t kContext = 16;  // columns of each end that the bridge looks at
constexpr std::int64_t kLeastColumns = 4;
constexpr std::int64_t kLevelled = 32;  // pixels of the bridge over which a step is levelled, at most

torch::Tensor read_strip(const media::StripSource& source, std::int64_t x, std::int64_t width) {
  auto strip = torch::empty({source.height, width, 3}, torch::kUInt8);
  source.read(x, static_cast<int>(width),
              {strip.data_ptr<std::uint8_t>(), static_cast<std::size_t>(strip.numel())});
  return strip;
}

// The last columns blended, the bridge, the first columns blended: [H, (2C + K) px, 3].
torch::Tensor compose(const stream::Bridge& bridge, const stream::BridgeEnds& ends, std::int64_t blend) {
  const std::int64_t end = ends.last.size(1), total = bridge.pixels.size(1);
  const auto own_last = bridge.pixels.narrow(1, 0, end),
             own_first = bridge.pixels.narrow(1, total - end, end);
  return torch::cat({stream::blend_edge(ends.last, own_last, stream::Side::right, blend),
                     bridge.pixels.narrow(1, end, total - 2 * end),
                     stream::blend_edge(ends.first, own_first, stream::Side::left, blend)},
                    1)
      .contiguous();
}

// Mean gradient energy of an end of the picture itself; not 0, so that it can be divided by.
double inside_energy(const torch::Tensor& picture) {
  constexpr double kLeast = 0.25;  // half a level: what rounding alone can give
  return std::max(kLeast, stream::gradient_energy(picture).mean().item<double>());
}

double energy_at(const torch::Tensor& strip, std::int64_t border) {
  return stream::gradient_energy(strip.narrow(1, border - 1, 2))[0].item<double>();
}

// Pixel columns [from, from + count) of rows of `from_width` into columns [to, ...) of rows of `to_width`.
void copy_columns(const std::uint8_t* pixels, std::int64_t from_width, std::int64_t from, std::uint8_t* out,
                  std::int64_t to_width, std::int64_t to, std::int64_t count, int rows) {
  for (std::int64_t y = 0; y < rows; ++y) {
    std::memcpy(out + (y * to_width + to) * 3, pixels + (y * from_width + from) * 3, std::size_t(count) * 3);
  }
}

}  // namespace

LoopBridge make_loop_bridge(const engine::Engine& engine, const media::StripSource& source,
                            const SeamlessOptions& options, const std::stop_token& stop) {
  const std::int64_t px = engine.column_pixels();
  if (source.height != engine.picture_height() || source.width % px != 0 ||
      source.width < kLeastColumns * px) {
    throw Error(ErrorKind::bad_input, "seamless",
                fmt::format("{} x {} pixels are not {} or more whole columns of the model", source.width,
                            source.height, kLeastColumns));
  }
  const torch::InferenceMode inference;
  const std::int64_t context = std::min(kContext, source.width / px / 2), end = context * px;
  const stream::BridgeEnds ends{read_strip(source, source.width - end, end), read_strip(source, 0, end),
                                options.last_scene, options.first_scene};
  stream::BridgeSettings settings;
  settings.columns = options.columns;
  settings.candidates = options.candidates;
  settings.blend_pixels = options.blend_pixels;
  const auto made = stream::make_bridge(engine.model(), options.settings, ends, options.seed, settings, stop);
  const std::int64_t blend = std::clamp<std::int64_t>(options.blend_pixels, 0, end);
  auto strip = compose(made, ends, blend);
  LoopBridge bridge;
  bridge.height = source.height;
  bridge.picture_width = source.width;
  bridge.end = end;
  bridge.added = options.columns * px;
  // Each seam is held against the end of the picture where it lies: a step that a city hides shows in a sky.
  const double last = inside_energy(ends.last), first = inside_energy(ends.first);
  const std::int64_t wrap = end + bridge.added, reach = std::min(kLevelled, bridge.added / 2);
  bridge.decoded_at_bridge = energy_at(strip, end) / last;
  bridge.decoded_at_wrap = energy_at(strip, wrap) / first;
  strip = stream::level_seam(strip, end, last, blend, reach);
  strip = stream::level_seam(strip, wrap, first, reach, blend).contiguous();
  bridge.seam_at_bridge = energy_at(strip, end) / last;
  bridge.seam_at_wrap = energy_at(strip, wrap) / first;
  const auto* pixels = strip.const_data_ptr<std::uint8_t>();
  bridge.strip.assign(pixels, pixels + strip.numel());
  bridge.worst_seam = made.worst_seam;
  bridge.surprise = made.surprise;
  bridge.worst_surprise = made.worst_surprise;
  return bridge;
}

media::StripSource closed(const media::StripSource& source, const std::shared_ptr<const LoopBridge>& bridge) {
  if (source.height != bridge->height || source.width != bridge->picture_width) {
    throw Error(ErrorKind::internal, "seamless", "the bridge is of another picture");
  }
  const auto read = [read = source.read, bridge](std::int64_t x, int count, std::span<std::uint8_t> rgb) {
    const auto& b = *bridge;
    const std::int64_t strip_width = 2 * b.end + b.added;
    const std::int64_t inside = std::clamp<std::int64_t>(b.picture_width - x, 0, count);
    if (inside == count) {
      read(x, count, rgb);
    } else if (inside > 0) {
      std::vector<std::uint8_t> part(std::size_t(inside) * std::size_t(b.height) * 3);
      read(x, static_cast<int>(inside), part);
      copy_columns(part.data(), inside, 0, rgb.data(), count, 0, inside, b.height);
    }
    const auto overlay = [&](std::int64_t begin, std::int64_t end, std::int64_t from) {
      const std::int64_t first = std::max(x, begin), last = std::min(x + count, end);
      if (first >= last) return;
      copy_columns(b.strip.data(), strip_width, from + first - begin, rgb.data(), count, first - x,
                   last - first, b.height);
    };
    overlay(0, b.end, b.end + b.added);
    overlay(b.picture_width - b.end, b.picture_width + b.added, 0);
  };
  return {source.height, source.width + bridge->added, read};
}

}  // namespace equi::batch
