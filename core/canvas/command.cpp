#include "core/canvas/command.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/error.h"

namespace equi::canvas {
namespace {

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorKind::bad_input, "canvas", what);
}

// Frame column of a document column that its frame has generated itself (or may generate next, when
// `frontier`).
std::int64_t own_column(const State& state, std::int64_t column, bool frontier) {
  const FrameId id = frame_of(column);
  const std::int64_t at = state.to_frame(id, column);
  const FrameState& frame = state.frame(id);
  const std::int64_t end = frame.columns() + (frontier ? 1 : 0);
  const bool first_ever =
      frontier && !frame.started() && column == (id == FrameId::forward ? state.right_end() : -1);
  if (first_ever) return at;
  const bool continues = id == FrameId::mirrored || state.photo.has_value();
  if (at < (frame.started() ? frame.context : continues ? state.context_columns() : 0))
    refuse(fmt::format("column {} belongs to the photo or to what exists already", column));
  if (at >= end) refuse(fmt::format("column {} does not exist", column));
  return at;
}

void truncate(FrameState& frame, std::int64_t columns) {
  std::int64_t left = columns;
  std::vector<SegmentRef> kept;
  for (SegmentRef segment : frame.segments) {
    segment.count = std::min(segment.count, left);
    if (segment.count > 0) kept.push_back(segment);
    left -= segment.count;
  }
  frame.segments = std::move(kept);
  frame.edits.erase(frame.edits.lower_bound(columns), frame.edits.end());
}

// Removes document column `column` and everything outwards of it.
void cut_off(State& state, std::int64_t column, std::int64_t mirror_context) {
  const FrameId id = frame_of(column);
  FrameState& frame = state.frame(id);
  const std::int64_t at = own_column(state, column, true);
  if (!frame.started()) return;
  truncate(frame, at);
  // The mirrored frame continues the picture of the forward one's first columns; when those go, it goes.
  const bool context_gone = id == FrameId::forward && !state.photo && at < mirror_context;
  if (context_gone) state.mirrored = {};
}

template <class Change>
void put_change(std::vector<Change>& changes, const Change& change) {
  const auto outwards = [&](const Change& other) {
    return (other.column >= 0) == (change.column >= 0) && std::abs(other.column) >= std::abs(change.column);
  };
  std::erase_if(changes, outwards);
  changes.push_back(change);
  std::ranges::sort(changes, {}, &Change::column);
}

State start(const NewPanorama& command) {
  State state;
  state.seed = command.seed;
  state.scene = command.scene;
  state.settings = command.settings;
  return state;
}

struct Apply {
  const State& before;
  std::int64_t mirror_context;

  State operator()(const NewPanorama& c) const { return start(c); }

  State operator()(const ImportPhoto& c) const {
    if (c.columns < 2 || c.columns > kMaxColumns) refuse("a photo needs at least 2 columns");
    if (c.blend_pixels < 0) refuse("the blend band cannot be negative");
    State state = start(c.panorama);
    state.photo = c.photo;
    state.photo_columns = c.columns;
    state.blend_pixels = c.blend_pixels;
    return state;
  }

  State operator()(const Extend& c) const {
    if (c.asked < 0 || c.asked > kMaxColumns) refuse(fmt::format("{} columns cannot be made", c.asked));
    return before;
  }

  State operator()(const ChangeScene& c) const {
    if (c.change.ramp < 0 || c.change.ramp > 1'000'000) refuse("a ramp has 0 to 1,000,000 columns");
    State state = before;
    cut_off(state, c.change.column, mirror_context);
    put_change(state.scenes, c.change);
    return state;
  }

  State operator()(const ChangeSettings& c) const {
    State state = before;
    cut_off(state, c.change.column, mirror_context);
    put_change(state.later_settings, c.change);
    return state;
  }

  State operator()(const Regenerate& c) const {
    State state = before;
    const FrameId id = frame_of(c.column);
    const std::int64_t at = own_column(state, c.column, c.take > 0);
    FrameState& frame = state.frame(id);
    const std::uint32_t take = c.take > 0 ? c.take : frame.take_at(at) + 1;
    cut_off(state, c.column, mirror_context);
    std::erase_if(frame.takes, [&](const TakeChange& change) { return change.column >= at; });
    frame.takes.push_back({at, take});
    return state;
  }

  State operator()(const EditToken& c) const { return (*this)(EditTokens{{c}}); }

  State operator()(const EditTokens& c) const {
    if (c.edits.empty()) refuse("no column is to be edited");
    State state = before;
    for (const EditToken& edit : c.edits) {
      const std::int64_t at = own_column(state, edit.column, false);
      state.frame(frame_of(edit.column)).edits[at] = edit.token;
    }
    return state;
  }

  State operator()(const CutOff& c) const {
    State state = before;
    own_column(state, c.column, false);
    cut_off(state, c.column, mirror_context);
    return state;
  }
};

struct Describe {
  std::string operator()(const NewPanorama& c) const { return fmt::format("New panorama, seed {}", c.seed); }
  std::string operator()(const ImportPhoto& c) const { return fmt::format("Photo of {} columns", c.columns); }
  std::string operator()(const Extend& c) const {
    const char* side = c.frame == FrameId::forward ? "right" : "left";
    return c.asked > 0 ? fmt::format("Extend {} by {}", side, c.asked)
                       : fmt::format("Keep extending {}", side);
  }
  std::string operator()(const ChangeScene& c) const {
    return fmt::format("Scene change at {}", c.change.column);
  }
  std::string operator()(const ChangeSettings& c) const {
    return fmt::format("Settings at {}", c.change.column);
  }
  std::string operator()(const Regenerate& c) const { return fmt::format("Regenerate from {}", c.column); }
  std::string operator()(const EditToken& c) const { return fmt::format("Edit token {}", c.column); }
  std::string operator()(const EditTokens& c) const {
    if (c.edits.empty()) return "Edit tokens";
    const auto [first, last] = std::ranges::minmax(c.edits, {}, &EditToken::column);
    if (first.column == last.column) return (*this)(first);
    return fmt::format("Edit tokens {} to {}", first.column, last.column);
  }
  std::string operator()(const CutOff& c) const { return fmt::format("Cut off at {}", c.column); }
};

}  // namespace

FrameId frame_of(std::int64_t document_column) {
  return document_column < 0 ? FrameId::mirrored : FrameId::forward;
}

std::string describe(const Command& command) {
  return std::visit(Describe{}, command);
}

State apply_command(const State& state, const Command& command, std::int64_t mirror_context) {
  return std::visit(Apply{state, mirror_context}, command);
}

}  // namespace equi::canvas
