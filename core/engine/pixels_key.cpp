// What pixels depend on, without looking at them.
#include <fmt/format.h>

#include "core/base/hash.h"
#include "core/engine/session_impl.h"

namespace equi::engine {
namespace {

constexpr std::size_t kKeyDigits = 32;

// The stored tokens behind columns [begin, end) of a frame, as text.
std::string tokens_key(const canvas::FrameState& frame, std::int64_t begin, std::int64_t end) {
  std::string text;
  std::int64_t at = 0;
  for (const auto& segment : frame.segments) {
    const std::int64_t from = std::max(begin, at), to = std::min(end, at + segment.count);
    if (from < to)
      text +=
          fmt::format("{}:{}:{}:{};", from - begin, segment.segment, segment.offset + from - at, to - from);
    at += segment.count;
  }
  for (auto it = frame.edits.lower_bound(begin); it != frame.edits.end() && it->first < end; ++it)
    text += fmt::format("e{}:{};", it->first, it->second);
  return text;
}

}  // namespace

// Segments never change what they hold, so their numbers stand for the tokens.
std::string Composer::pixels_key(ColumnRange columns) const {
  const auto& s = state();
  std::string text = fmt::format("{}:{}:{}:{}-{}", s.photo.value_or(-1), s.photo_columns, s.blend_pixels,
                                 columns.begin, columns.end);
  for (const FrameId id : {FrameId::forward, FrameId::mirrored}) {
    // Beyond its own part of the canvas a frame is seen through the band alone.
    const std::int64_t own = s.photo ? s.photo_columns - band_columns() : 0;
    const ColumnRange seen =
        id == FrameId::mirrored ? ColumnRange{columns.begin, band_columns()} : ColumnRange{own, columns.end};
    const ColumnRange all{0, s.frame(id).columns()};
    const ColumnRange shown = intersect(map(id).to_frame(intersect(columns, seen)), all);
    text += "|";
    if (shown.size() == 0 || all.size() == 0) continue;
    const stream::WindowPlan plan(layout_, all);
    ColumnRange used = shown;
    for (const std::int64_t column : {shown.begin, shown.end - 1}) {
      for (const ColumnRange window : plan.windows({column, column + 1}))
        used = {std::min(used.begin, window.begin), std::max(used.end, window.end)};
    }
    text += tokens_key(s.frame(id), used.begin, used.end);
  }
  return sha256_hex(std::as_bytes(std::span(text))).substr(0, kKeyDigits);
}

std::string Session::pixels_key(ColumnRange columns) const {
  return impl_->composer.pixels_key(columns);
}

}  // namespace equi::engine
