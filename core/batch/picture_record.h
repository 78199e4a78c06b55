#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/canvas/project_file.h"
#include "core/canvas/state.h"
#include "core/engine/session.h"

// The record inside an exported picture (media/metadata.h): the settings that make it again.
namespace equi::batch {

struct PictureRecord {
  std::string version;  // of the program that wrote it
  canvas::ModelIdentity model;
  std::string scene_name;       // at column 0
  canvas::State settings;       // seed, scenes, settings, takes; no stored tokens
  engine::ColumnRange columns;  // that the picture shows
  bool seamless = false;        // a bridge was added at the right
  bool has_photo = false;       // continues a photo, which is not in the record
  bool has_edits = false;       // tokens were replaced, which are not in the record
  bool other_model = false;     // shown with another model than its tokens are of
  bool shortened = false;       // the changes along the panorama are not in the record: there was no room
};

// The record of the columns `shown` of a canvas.
PictureRecord make_record(engine::Session& session, engine::ColumnRange shown, bool seamless);

// As JSON, the shorter form without changes along the picture when the whole would be over `max_bytes`.
std::string to_json(const PictureRecord& record, std::size_t max_bytes);
// Throws Error(bad_input) naming `where` and what is wrong.
PictureRecord record_from_json(const std::string& text, const std::string& where);
// Out of a picture file. Throws Error(bad_input) when it has none.
PictureRecord read_picture_record(const std::filesystem::path& picture);

// The record of any file that was opened as a picture: nothing when it has none, or when the file is damaged
// elsewhere or of another format (whoever reads the pixels says so). Throws Error(bad_input) when the record
// itself is damaged.
std::optional<PictureRecord> find_picture_record(const std::filesystem::path& picture);

// One step on the way from an empty canvas of the record's seed, scene and settings to the columns that the
// picture shows: a change first, where there is one, then columns.
struct RestoreStep {
  std::optional<canvas::Command> change;
  canvas::FrameId frame = canvas::FrameId::forward;
  std::int64_t columns = 0;  // that the frame grows by; may be 0
};

canvas::NewPanorama first_of(const PictureRecord& record);
// Throws Error(unsupported) for pictures that continue a photo, are of tokens of another model or have not
// all of their settings in the record, Error(bad_input) when the engine's model is
// another one or has fewer scenes than the record names.
std::vector<RestoreStep> restore_steps(const engine::Engine& engine, const PictureRecord& record);

// A new canvas that has taken these steps. Throws as restore_steps and Session::create, and Error(cancelled);
// a project that is not whole does not stay.
std::unique_ptr<engine::Session> restore_canvas(std::shared_ptr<const engine::Engine> engine,
                                                const PictureRecord& record,
                                                const std::filesystem::path& project,
                                                const std::function<void(std::int64_t made)>& progress = {},
                                                const std::stop_token& stop = {});

}  // namespace equi::batch
