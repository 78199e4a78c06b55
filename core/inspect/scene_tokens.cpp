#include <fmt/format.h>

#include "core/base/error.h"
#include "core/inspect/other_scene.h"
#include "core/inspect/sources.h"
#include "core/model/weights.h"
#include "core/stream/column_generator.h"

// Tokens that the model makes for the inspector: in other scenes, and for its statistics.
namespace equi::inspect {
namespace {

constexpr std::int64_t kScenesAtOnce = 8;     // continuations in one batch
constexpr std::uint64_t kStatisticsSeed = 1;  // any will do; fixed, so that the statistics are reproducible

stream::Scene to_scene(const canvas::SceneAt& at) {
  return {at.from, at.to, at.blend};
}

void require_generated(const canvas::State& state, std::int64_t column, std::int64_t number) {
  const auto id = canvas::frame_of(column);
  const bool in_photo = state.photo && column >= 0 && column < state.photo_columns;
  if (!in_photo && number >= state.frame(id).context && number < state.frame(id).columns()) return;
  throw Error(
      ErrorKind::bad_input, fmt::format("column {}", column),
      in_photo ? "is the photo's; only generated columns have another scene's token" : "does not exist");
}

}  // namespace

Token token_in_other_scene(engine::Session& session, std::int64_t column, std::int64_t scene,
                           const std::stop_token& stop) {
  const auto& state = session.state();
  const auto& model = session.engine().model();
  const auto id = canvas::frame_of(column);
  const std::int64_t number = state.to_frame(id, column);
  require_generated(state, column, number);
  const std::int64_t window = stream::replay_columns(model.manifest.generator);
  const std::int64_t n = window == 0 ? number : std::min(number, window);
  ColumnOrigin origin;
  origin.number = number;
  std::vector<float> before;
  if (n > 0) before = session.document().tokens(id, number - n, n);
  origin.before = torch::from_blob(before.data(), {n, session.engine().token_width()});
  for (std::int64_t c = number - n; c < number; ++c) {
    const std::int64_t document_column = state.to_document(id, c);
    origin.scenes.push_back(to_scene(state.scene_at(document_column)));
    origin.settings.push_back(state.settings_at(document_column));
  }
  origin.settings.push_back(state.settings_at(column));
  const auto frame = id == canvas::FrameId::forward ? sampling::Frame::forward : sampling::Frame::mirrored;
  origin.noise = {state.seed, frame, number, state.frame(id).take_at(number)};
  const auto token = token_in_scene(model.generator, origin, {scene, scene, 0.0}, stop).contiguous();
  return {token.data_ptr<float>(), token.data_ptr<float>() + token.numel()};
}

TokenStatistics learn_statistics(const engine::Engine& engine, std::int64_t columns,
                                 const std::function<void(std::int64_t, std::int64_t)>& progress,
                                 const std::stop_token& stop) {
  const auto& model = engine.model();
  const std::int64_t scenes = model.manifest.generator.class_count;
  std::vector<float> all;
  for (std::int64_t first = 0; first < scenes; first += kScenesAtOnce) {
    const std::int64_t batch = std::min(kScenesAtOnce, scenes - first);
    std::vector<stream::Scene> shown;
    for (std::int64_t s = 0; s < batch; ++s) shown.push_back({first + s, first + s, 0.0});
    stream::ColumnGenerator generator(model.generator, engine.default_settings(), batch);
    for (std::int64_t c = 0; c < columns; ++c) {
      std::vector<sampling::NoiseKey> keys;
      for (std::int64_t s = 0; s < batch; ++s) {
        keys.push_back({kStatisticsSeed + std::uint64_t(first + s), sampling::Frame::forward, c, 0});
      }
      const auto noise = sampling::column_noise(keys, engine.token_width());
      const auto tokens = generator.next(noise, shown, stop).to(torch::kCPU).contiguous();
      all.insert(all.end(), tokens.data_ptr<float>(), tokens.data_ptr<float>() + tokens.numel());
      if (progress) progress(first * columns + (c + 1) * batch, scenes * columns);
    }
  }
  return compute_statistics(all, engine.token_width(), kComponents);
}

}  // namespace equi::inspect
