#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <span>

#include "core/engine/session.h"
#include "core/inspect/equivariance_result.h"
#include "core/inspect/row.h"
#include "core/inspect/statistics.h"

// Where rows and tokens come from: canvases, pictures, other projects, other scenes. No torch here: this is
// what an app includes.
namespace equi::inspect {

// 8-bit RGB of the model's height and whole columns, rows top to bottom.
struct FittedPicture {
  int width = 0, height = 0;
  std::vector<std::uint8_t> rgb;
};

// Reads a picture file and fits it to the model's height. Throws as media::read_image, and Error(bad_input)
// when it is too narrow for one column at that height.
FittedPicture load_picture(const engine::Engine& engine, const std::filesystem::path& path);

// The tokens of a picture and the decoder that shows them.
std::unique_ptr<Row> row_of_picture(const engine::Engine& engine, const FittedPicture& picture);

// A canvas. The session must outlive the row and is used on the calling thread.
std::unique_ptr<Row> row_of_session(engine::Session& session);

// A scene as the model names it; "no scene" for one that it does not have.
std::string scene_name(const engine::Engine& engine, std::int64_t scene);

// What a canvas shows at a column: "alps", or "alps 40 %, desert 60 %" on the way between two scenes.
std::string scene_text(engine::Session& session, std::int64_t column);

// One column's token out of a picture or out of another project. Columns of a picture count from its left
// edge. Throws Error(bad_input) for a column that does not exist, and for a project of another model (naming
// both).
Token token_of_picture(const engine::Engine& engine, const std::filesystem::path& path, std::int64_t column);
Token token_of_project(std::shared_ptr<const engine::Engine> engine, const std::filesystem::path& path,
                       std::int64_t column);

// The token that a generated column of the canvas would have, had another scene begun there: the same columns
// before it, the same noise. Throws Error(bad_input) for a column that was not generated (a photo's) and a
// scene that does not exist.
Token token_in_other_scene(engine::Session& session, std::int64_t column, std::int64_t scene,
                           const std::stop_token& stop = {});

// The tokens of a row, at most kStatisticsColumns of them (its first ones).
inline constexpr std::int64_t kStatisticsColumns = 8192;
inline constexpr std::int64_t kComponents = 16;
TokenStatistics statistics_of_row(Row& row);

// The model's own statistics: of `columns` columns of each of its scenes, generated for the purpose.
// Throws Error(cancelled) when stopped.
TokenStatistics learn_statistics(
    const engine::Engine& engine, std::int64_t columns,
    const std::function<void(std::int64_t done, std::int64_t total)>& progress = {},
    const std::stop_token& stop = {});

// Those that lie in the bundle; nothing when none were learnt. Throws as read_statistics.
std::optional<TokenStatistics> stored_statistics(const engine::Engine& engine);
void store_statistics(const engine::Engine& engine, const TokenStatistics& statistics);

// The equivariance check of the engine's tokenizer on a picture file.
Equivariance check_picture(const engine::Engine& engine, const FittedPicture& picture,
                           const EquivarianceSettings& settings,
                           const std::function<void(std::int64_t done, std::int64_t total)>& progress = {},
                           const std::stop_token& stop = {});

}  // namespace equi::inspect
