#pragma once

#include <functional>
#include <stop_token>
#include <vector>

#include "core/canvas/state.h"
#include "core/model/weights.h"
#include "core/stream/column_generator.h"

namespace equi::engine {

// Tokens [count * E] of columns [first, first + count) of a frame.
using FrameTokens = std::function<std::vector<float>(std::int64_t first, std::int64_t count)>;

// Makes the columns of one frame of a document: what a column depends on (seed, take, scene, settings, the
// columns before it) is read from the document's state, so that a column is the same whoever asks for it and
// whatever was made before. Remembers where it is, so that going on costs nothing; anywhere else it replays
// the columns that the next one sees. Not thread-safe.
class FrameMaker {
 public:
  FrameMaker(const model::Model& model, canvas::FrameId frame) : model_(model), frame_(frame) {}

  // The columns of the frame are others than those made here last: the next call replays them.
  void forget() { at_ = kNowhere; }

  // The token [E] of frame column `column`, which follows those in `tokens`. On an error nothing has changed.
  // Throws Error(cancelled) when stopped, Error(numeric) naming the document column.
  std::vector<float> next(const canvas::State& state, std::int64_t column, const FrameTokens& tokens,
                          const std::stop_token& stop);
  // The same column with another take's noise; the generator is left at `before` (see bookmark) when it
  // throws, else after the new column.
  std::vector<float> next_from(const stream::GeneratorState& before, const canvas::State& state,
                               std::int64_t column, std::uint32_t take, const std::stop_token& stop);
  // What the generator remembers before frame column `column`.
  stream::GeneratorState bookmark(const canvas::State& state, std::int64_t column, const FrameTokens& tokens,
                                  const std::stop_token& stop);
  // What it remembers now.
  const stream::GeneratorState& remembered() const { return generator_->state(); }

 private:
  static constexpr std::int64_t kNowhere = -1;

  void go_to(const canvas::State& state, std::int64_t column, const FrameTokens& tokens,
             const std::stop_token& stop);
  void use_settings(const canvas::State& state, std::int64_t column);
  stream::Scene scene_at(const canvas::State& state, std::int64_t column) const;
  std::vector<float> make(const canvas::State& state, std::int64_t column, std::uint32_t take,
                          const std::stop_token& stop);

  const model::Model& model_;
  canvas::FrameId frame_;
  std::optional<stream::ColumnGenerator> generator_;
  std::int64_t at_ = kNowhere;  // the frame column that the generator would make next
};

}  // namespace equi::engine
