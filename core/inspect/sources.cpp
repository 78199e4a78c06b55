#include "core/inspect/sources.h"

#include <cmath>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/inspect/equivariance.h"
#include "core/inspect/session_row.h"
#include "core/inspect/token_row.h"
#include "core/media/image.h"
#include "core/model/weights.h"
#include "core/stream/fitting_layout.h"
#include "core/stream/mirror.h"

namespace equi::inspect {
namespace {

torch::Tensor to_tensor(const FittedPicture& picture) {
  auto* data = const_cast<std::uint8_t*>(picture.rgb.data());
  return torch::from_blob(data, {picture.height, picture.width, 3}, torch::kUInt8).clone();
}

torch::Tensor encode(const engine::Engine& engine, const FittedPicture& picture) {
  const auto& manifest = engine.manifest();
  const auto tokens = stream::encode_windows(engine.model().tokenizer, manifest.vae_norm, to_tensor(picture),
                                             manifest.window_columns);
  if (torch::isfinite(tokens).all().item<bool>()) return tokens.to(torch::kCPU);
  throw Error(ErrorKind::numeric, "picture", "the encoder's tokens are not finite",
              "float32 precision may help");
}

}  // namespace

FittedPicture load_picture(const engine::Engine& engine, const std::filesystem::path& path) {
  const auto image = media::read_image(path);
  const double scaled = double(image.width) * engine.picture_height() / image.height;
  if (std::lround(scaled) < engine.column_pixels()) {
    throw Error(ErrorKind::bad_input, path.string(),
                fmt::format("is too narrow: at {} px high it is {:.0f} px wide, and a column is {}",
                            engine.picture_height(), scaled, engine.column_pixels()));
  }
  auto fitted = media::fit_to_height(image, engine.picture_height(), engine.column_pixels());
  return {fitted.width, fitted.height, std::move(fitted.pixels)};
}

std::unique_ptr<Row> row_of_picture(const engine::Engine& engine, const FittedPicture& picture) {
  const auto& manifest = engine.manifest();
  const auto layout = stream::fitting_layout(manifest.window_columns, manifest.window_hop);
  return std::make_unique<TokenRow>(engine.model().tokenizer, manifest.vae_norm, layout,
                                    encode(engine, picture));
}

std::unique_ptr<Row> row_of_session(engine::Session& session) {
  return std::make_unique<SessionRow>(session);
}

std::string scene_name(const engine::Engine& engine, std::int64_t scene) {
  const auto& names = engine.manifest().class_names;
  const bool known = scene >= 0 && scene < static_cast<std::int64_t>(names.size());
  return known ? names[static_cast<std::size_t>(scene)] : std::string("no scene");
}

std::string scene_text(engine::Session& session, std::int64_t column) {
  const auto at = session.state().scene_at(column);
  const auto name = [&](std::int64_t scene) { return scene_name(session.engine(), scene); };
  if (at.blend == 0) return name(at.from);
  if (at.blend == 1) return name(at.to);
  return fmt::format("{} {:.0f} %, {} {:.0f} %", name(at.from), 100 * (1 - at.blend), name(at.to),
                     100 * at.blend);
}

Token token_of_picture(const engine::Engine& engine, const std::filesystem::path& path, std::int64_t column) {
  const auto row = row_of_picture(engine, load_picture(engine, path));
  return token_of(*row, column);
}

Token token_of_project(std::shared_ptr<const engine::Engine> engine, const std::filesystem::path& path,
                       std::int64_t column) {
  const auto session = engine::Session::open(std::move(engine), path);
  SessionRow row(*session);
  return token_of(row, column);
}

TokenStatistics statistics_of_row(Row& row) {
  const auto extent = row.extent();
  const ColumnRange columns{extent.begin, std::min(extent.end, extent.begin + kStatisticsColumns)};
  require_columns(row, columns);
  return compute_statistics(row.tokens(columns), row.token_width(), kComponents);
}

std::optional<TokenStatistics> stored_statistics(const engine::Engine& engine) {
  return read_statistics(engine.folder(), engine.token_width(), engine.manifest().tokenizer_sha256);
}

void store_statistics(const engine::Engine& engine, const TokenStatistics& statistics) {
  write_statistics(engine.folder(), statistics, engine.manifest().tokenizer_sha256);
}

Equivariance check_picture(const engine::Engine& engine, const FittedPicture& picture,
                           const EquivarianceSettings& settings,
                           const std::function<void(std::int64_t, std::int64_t)>& progress,
                           const std::stop_token& stop) {
  const auto pixels = stream::from_bytes(to_tensor(picture));
  return check_equivariance(codec_of(engine.model().tokenizer), pixels, settings, progress, stop);
}

}  // namespace equi::inspect
