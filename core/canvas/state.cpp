#include "core/canvas/state.h"

#include <algorithm>

namespace equi::canvas {
namespace {

// Whether a change at `at` already holds at `column`: changes work outwards from column 0.
bool holds(std::int64_t at, std::int64_t column) {
  return at >= 0 ? column >= at : column <= at;
}

// Columns from the change to `column`, counted outwards; 0 at the change itself.
std::int64_t beyond(std::int64_t at, std::int64_t column) {
  return at >= 0 ? column - at : at - column;
}

// The changes that hold at `column`, the innermost first.
template <class Change>
std::vector<const Change*> outwards(const std::vector<Change>& changes, std::int64_t column) {
  std::vector<const Change*> found;
  for (const auto& change : changes) {
    if ((change.column >= 0) == (column >= 0) && holds(change.column, column)) found.push_back(&change);
  }
  std::ranges::sort(found, {}, [](const Change* change) { return std::abs(change->column); });
  return found;
}

}  // namespace

std::int64_t FrameState::columns() const {
  std::int64_t total = 0;
  for (const auto& segment : segments) total += segment.count;
  return total;
}

std::uint32_t FrameState::take_at(std::int64_t column) const {
  std::uint32_t take = 0;
  for (const auto& change : takes) {
    if (change.column <= column) take = change.take;
  }
  return take;
}

std::int64_t State::context_columns() const {
  return photo ? std::min(photo_columns, kContextColumns) : kContextColumns;
}

std::int64_t State::frame_origin(FrameId id) const {
  if (id == FrameId::mirrored) return context_columns() - 1;
  return photo ? photo_columns - context_columns() : 0;
}

std::int64_t State::to_document(FrameId id, std::int64_t frame_column) const {
  return frame_origin(id) + (id == FrameId::mirrored ? -frame_column : frame_column);
}

std::int64_t State::to_frame(FrameId id, std::int64_t document_column) const {
  return id == FrameId::mirrored ? frame_origin(id) - document_column : document_column - frame_origin(id);
}

std::int64_t State::left_end() const {
  return mirrored.started() ? to_document(FrameId::mirrored, mirrored.columns()) + 1 : 0;
}

std::int64_t State::right_end() const {
  const std::int64_t own = forward.started() ? to_document(FrameId::forward, forward.columns()) : 0;
  return std::max(own, photo ? photo_columns : 0);
}

SceneAt State::scene_at(std::int64_t column) const {
  SceneAt at{scene, scene, 0.0};
  for (const SceneChange* change : outwards(scenes, column)) {
    const std::int64_t steps = beyond(change->column, column);
    // A ramp that is cut short by the next change starts that one from the scene it was heading for.
    const std::int64_t from = at.blend > 0.5 ? at.to : at.from;
    if (steps >= change->ramp) {
      at = {change->scene, change->scene, 0.0};
    } else {
      at = {from, change->scene, static_cast<double>(steps + 1) / static_cast<double>(change->ramp + 1)};
    }
  }
  return at;
}

const stream::GenerationSettings& State::settings_at(std::int64_t column) const {
  const auto found = outwards(later_settings, column);
  return found.empty() ? settings : found.back()->settings;
}

}  // namespace equi::canvas
