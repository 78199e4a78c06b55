#include "core/engine/frame_maker.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/sampling/noise.h"

namespace equi::engine {
namespace {

sampling::Frame noise_frame(canvas::FrameId frame) {
  return frame == canvas::FrameId::forward ? sampling::Frame::forward : sampling::Frame::mirrored;
}

std::vector<float> to_vector(const torch::Tensor& token) {
  const auto flat = token.to(torch::kCPU, torch::kFloat32).contiguous();
  const auto* data = flat.const_data_ptr<float>();
  return {data, data + flat.numel()};
}

}  // namespace

stream::Scene FrameMaker::scene_at(const canvas::State& state, std::int64_t column) const {
  const auto at = state.scene_at(state.to_document(frame_, column));
  return {at.from, at.to, at.blend};
}

void FrameMaker::use_settings(const canvas::State& state, std::int64_t column) {
  const auto& wanted = state.settings_at(state.to_document(frame_, column));
  if (!generator_) {
    generator_.emplace(model_.generator, wanted);
  } else if (generator_->settings() != wanted) {
    generator_->set_settings(wanted);
  }
}

// Positions of the generator are columns of the frame; the scene and the settings of a column are those of
// its place in the document.
void FrameMaker::go_to(const canvas::State& state, std::int64_t column, const FrameTokens& tokens,
                       const std::stop_token& stop) {
  if (at_ == column && generator_) return;
  at_ = kNowhere;
  const std::int64_t window = stream::replay_columns(model_.manifest.generator);
  const std::int64_t first = window == 0 ? 0 : std::max<std::int64_t>(0, column - window);
  use_settings(state, first);
  generator_->start(0, first);
  if (column > first) {
    auto values = tokens(first, column - first);
    const auto rows =
        torch::from_blob(values.data(), {column - first, model_.manifest.generator.token_width});
    for (std::int64_t c = first; c < column; ++c) {
      if (stop.stop_requested()) throw Error(ErrorKind::cancelled, "", "stopped");
      const auto scene = scene_at(state, c);
      use_settings(state, c);
      generator_->accept(rows.narrow(0, c - first, 1), {&scene, 1});
    }
  }
  at_ = column;
}

std::vector<float> FrameMaker::make(const canvas::State& state, std::int64_t column, std::uint32_t take,
                                    const std::stop_token& stop) {
  use_settings(state, column);
  const auto scene = scene_at(state, column);
  const auto noise = sampling::column_noise({state.seed, noise_frame(frame_), column, take},
                                            model_.manifest.generator.token_width);
  try {
    const auto token = to_vector(generator_->next(noise.unsqueeze(0), {&scene, 1}, stop));
    at_ = column + 1;
    return token;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::numeric) throw;
    throw Error(ErrorKind::numeric, fmt::format("column {}", state.to_document(frame_, column)),
                error.message(), error.hint());
  }
}

std::vector<float> FrameMaker::next(const canvas::State& state, std::int64_t column,
                                    const FrameTokens& tokens, const std::stop_token& stop) {
  go_to(state, column, tokens, stop);
  return make(state, column, state.frame(frame_).take_at(column), stop);
}

stream::GeneratorState FrameMaker::bookmark(const canvas::State& state, std::int64_t column,
                                            const FrameTokens& tokens, const std::stop_token& stop) {
  go_to(state, column, tokens, stop);
  return generator_->state();
}

std::vector<float> FrameMaker::next_from(const stream::GeneratorState& before, const canvas::State& state,
                                         std::int64_t column, std::uint32_t take,
                                         const std::stop_token& stop) {
  use_settings(state, column);
  generator_->restore(before);
  at_ = kNowhere;
  auto token = make(state, column, take, stop);
  at_ = kNowhere;  // these are not the document's columns
  return token;
}

}  // namespace equi::engine
