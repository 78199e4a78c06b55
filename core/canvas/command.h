#pragma once

#include <string>
#include <variant>
#include <vector>

#include "core/canvas/state.h"

// Every change of a canvas is one of these values. Applying one is a pure function from state to state;
// undoing is going back to the state before (core/canvas/document.h).
namespace equi::canvas {

// A canvas without columns.
struct NewPanorama {
  std::uint64_t seed = 1;
  std::int64_t scene = 0;
  stream::GenerationSettings settings;
};

// A photo (stored already) as columns 0 .. columns-1 of an otherwise empty canvas.
struct ImportPhoto {
  std::int64_t photo = 0;
  std::int64_t columns = 0;
  std::int64_t blend_pixels = 32;
  NewPanorama panorama;  // how it is to be continued
};

// More columns at one end. The columns themselves are appended by Document::append while the job runs; the
// command names the history entry. `asked` 0: until stopped.
struct Extend {
  FrameId frame = FrameId::forward;
  std::int64_t asked = 0;
};

// Another scene from a document column on, outwards. Columns that exist there already are cut off.
struct ChangeScene {
  SceneChange change;
};

// Other settings from a document column on, outwards. Columns that exist there already are cut off.
struct ChangeSettings {
  SettingsChange change;
};

// From a document column on, outwards, other noise. Columns that exist there are cut off. With a take that is
// named the column may be the one that comes next.
struct Regenerate {
  std::int64_t column = 0;
  std::uint32_t take = 0;  // the new one; 0: the next after the one in use
};

// The token of one document column is replaced by a stored one.
struct EditToken {
  std::int64_t column = 0;
  std::int64_t token = 0;
};

// The same for several columns, which may be of both frames: one step of the history.
struct EditTokens {
  std::vector<EditToken> edits;
};

// Columns from a document column on, outwards, are removed ("continue from here").
struct CutOff {
  std::int64_t column = 0;
};

using Command = std::variant<NewPanorama, ImportPhoto, Extend, ChangeScene, ChangeSettings, Regenerate,
                             EditToken, EditTokens, CutOff>;

// What stands in the history list, in English.
std::string describe(const Command& command);

// The state after the command. Throws Error(bad_input) when it makes no sense there: a column that does not
// exist, inside the photo or inside a context, a negative ramp, a count beyond kMaxColumns, edits of no
// column. `mirror_context`: how many columns of the forward frame the mirrored one's context was made from,
// at least kContextColumns; without a photo the left goes with them.
State apply_command(const State& state, const Command& command,
                    std::int64_t mirror_context = kContextColumns);

// The frame that makes a document column: the mirrored one for negative columns.
FrameId frame_of(std::int64_t document_column);

}  // namespace equi::canvas
