#include "core/engine/difference.h"

#include <algorithm>
#include <optional>

namespace equi::engine {
namespace {

using canvas::FrameId;
using canvas::FrameState;
using canvas::SegmentRef;

// The first frame column whose stored token is another one, or that only one of them has.
std::optional<std::int64_t> first_other_segment(const FrameState& a, const FrameState& b) {
  std::int64_t at = 0;
  std::size_t i = 0;
  for (; i < a.segments.size() && i < b.segments.size(); ++i) {
    const SegmentRef &x = a.segments[i], &y = b.segments[i];
    if (x.segment != y.segment || x.offset != y.offset) return at;
    at += std::min(x.count, y.count);
    if (x.count != y.count) return at;
  }
  if (i < a.segments.size() || i < b.segments.size()) return at;
  return std::nullopt;
}

std::optional<std::int64_t> first_other_edit(const FrameState& a, const FrameState& b) {
  std::optional<std::int64_t> first;
  const auto compare = [&](const auto& one, const auto& other) {
    for (const auto& [column, token] : one) {
      const auto found = other.find(column);
      if (found != other.end() && found->second == token) continue;
      first = std::min(first.value_or(column), column);
      return;
    }
  };
  compare(a.edits, b.edits);
  compare(b.edits, a.edits);
  return first;
}

std::optional<std::int64_t> first_difference(const FrameState& a, const FrameState& b) {
  if (a.context != b.context) return 0;
  const auto segment = first_other_segment(a, b), edit = first_other_edit(a, b);
  if (segment && edit) return std::min(*segment, *edit);
  return segment ? segment : edit;
}

}  // namespace

stream::ColumnRange changed_columns(const canvas::State& before, const canvas::State& after,
                                    std::int64_t window) {
  if (before.photo != after.photo || before.photo_columns != after.photo_columns ||
      before.blend_pixels != after.blend_pixels) {
    return {-kEverywhere, kEverywhere};
  }
  stream::ColumnRange changed{0, 0};
  if (const auto first = first_difference(before.mirrored, after.mirrored))
    changed = {-kEverywhere, after.to_document(FrameId::mirrored, *first) + window};
  if (const auto first = first_difference(before.forward, after.forward)) {
    const std::int64_t begin = after.to_document(FrameId::forward, *first) - window;
    changed = {changed.size() > 0 ? changed.begin : begin, kEverywhere};
  }
  return changed;
}

}  // namespace equi::engine
