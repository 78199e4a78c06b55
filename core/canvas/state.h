#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/stream/settings.h"

// The truth of a canvas as plain data: everything but the tokens' numbers, which live in the project's store.
// Small: it grows with the edits, not with the columns. A pure value, so that undo is keeping the one before.
namespace equi::canvas {

// Columns that a frame takes from pixels before it makes its own (algorithm.md section 6).
constexpr std::int64_t kContextColumns = 16;

// The two frames of a document (algorithm.md section 6). Frame columns count from the frame's own beginning.
enum class FrameId { forward = 0, mirrored = 1 };

// Consecutive columns of a frame that lie in one stored segment.
struct SegmentRef {
  std::int64_t segment = 0;  // the store's number of it
  std::int64_t offset = 0;   // of the first column inside the segment
  std::int64_t count = 0;    // columns
  bool operator==(const SegmentRef&) const = default;
};

// "Regenerate": from this frame column on, the noise of this take is used.
struct TakeChange {
  std::int64_t column = 0;
  std::uint32_t take = 0;
  bool operator==(const TakeChange&) const = default;
};

struct FrameState {
  std::int64_t context = 0;                    // leading columns that were encoded from pixels, not generated
  std::vector<SegmentRef> segments;            // where the tokens are, in order
  std::vector<TakeChange> takes;               // sorted by column
  std::map<std::int64_t, std::int64_t> edits;  // frame column -> id of the stored token that replaces it

  std::int64_t columns() const;
  bool started() const { return !segments.empty(); }
  std::uint32_t take_at(std::int64_t column) const;
  bool operator==(const FrameState&) const = default;
};

// From document column `column` on (outwards: to the right when it is >= 0, to the left when it is < 0)
// another scene holds, reached over `ramp` columns; 0 changes at once.
struct SceneChange {
  std::int64_t column = 0;
  std::int64_t scene = 0;
  std::int64_t ramp = 8;
  bool operator==(const SceneChange&) const = default;
};

// From document column `column` on, outwards, columns are made with other settings.
struct SettingsChange {
  std::int64_t column = 0;
  stream::GenerationSettings settings;
  bool operator==(const SettingsChange&) const = default;
};

// A scene between two classes: (1 - blend) * from + blend * to.
struct SceneAt {
  std::int64_t from = 0;
  std::int64_t to = 0;
  double blend = 0.0;
  bool operator==(const SceneAt&) const = default;
};

struct State {
  std::uint64_t seed = 1;
  std::int64_t scene = 0;                      // at column 0
  stream::GenerationSettings settings;         // at column 0
  std::vector<SceneChange> scenes;             // sorted by column
  std::vector<SettingsChange> later_settings;  // sorted by column
  std::optional<std::int64_t> photo;           // id of the stored picture
  std::int64_t photo_columns = 0;              // columns 0 .. photo_columns-1 are the photo's
  std::int64_t blend_pixels = 32;              // of the seam between the photo and what continues it
  FrameState forward, mirrored;

  FrameState& frame(FrameId id) { return id == FrameId::forward ? forward : mirrored; }
  const FrameState& frame(FrameId id) const { return id == FrameId::forward ? forward : mirrored; }

  // Columns that a continuing frame takes from existing pixels; fewer than kContextColumns in a narrow photo.
  std::int64_t context_columns() const;
  // Document column of frame column 0, and back (section 6).
  std::int64_t frame_origin(FrameId id) const;
  std::int64_t to_document(FrameId id, std::int64_t frame_column) const;
  std::int64_t to_frame(FrameId id, std::int64_t document_column) const;

  // Existing document columns [left_end, right_end); equal when there are none.
  std::int64_t left_end() const;
  std::int64_t right_end() const;
  bool empty() const { return left_end() == right_end(); }

  SceneAt scene_at(std::int64_t document_column) const;
  const stream::GenerationSettings& settings_at(std::int64_t document_column) const;

  bool operator==(const State&) const = default;
};

// The longest document: beyond it positions lose their meaning in a double.
constexpr std::int64_t kMaxColumns = std::int64_t{1} << 40;

std::string to_json(const State& state);
// Throws Error(bad_input) naming `where` and the field for text that is no state.
State state_from_json(const std::string& text, const std::string& where);

}  // namespace equi::canvas
