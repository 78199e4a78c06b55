#pragma once

#include <memory>
#include <optional>
#include <stop_token>

#include "core/sampling/flow_evaluator.h"
#include "core/stream/context_stream.h"

namespace equi::stream {

class ColumnEngine;

// Makes one column after another at constant cost: transformer step, then the flow head from noise to token.
// B continuations of one canvas (or B canvases) at once, both guidance branches in one batch. Tokens are in
// generator space, float32, on the model's device. Equal inputs give equal bits, however the calls are cut
// up; another B rounds differently. Not thread-safe.
class ColumnGenerator {
 public:
  // `both_branches` false runs the conditional branch alone, half the work; it then takes guidance 1 only.
  // Throws Error(bad_input) for settings out of range or a batch below 1.
  ColumnGenerator(model::Generator generator, const GenerationSettings& settings, std::int64_t batch = 1,
                  bool both_branches = true, model::Backend backend = model::Backend::automatic);

  const GenerationSettings& settings() const { return settings_; }
  // For the columns from here on. Throws as the constructor.
  void set_settings(const GenerationSettings& settings);

  // A new frame whose column 0 is document column `origin`. With `first` > 0 the next column is number
  // `first` of the frame: for those who replay the columns before it with accept. After
  // replay_columns(config) of them, or all, the state is the same to the bit as if they had been made here;
  // with fewer it is an approximation.
  void start(std::int64_t origin = 0, std::int64_t first = 0);

  // The document column that comes next.
  std::int64_t column() const { return state_.column(); }

  // Takes a column whose token [B, E] exists already (a photo, a context, an edit). `scenes`: this column's,
  // one for each continuation or one for all.
  void accept(const torch::Tensor& token, std::span<const Scene> scenes);

  // Makes the next column from noise [B, E]: its token [B, E]. On an error, and when stopped between two
  // evaluations, nothing has changed and the same column can be asked for again.
  // Throws Error(cancelled) when stopped, Error(numeric) naming the column when a number is not finite.
  torch::Tensor next(const torch::Tensor& noise, std::span<const Scene> scenes,
                     const std::stop_token& stop = {});

  // A bookmark of everything remembered, and back to one. restore throws Error(bad_input) when the state is
  // of another model or batch.
  const GeneratorState& state() const { return state_; }
  void restore(const GeneratorState& state);

 private:
  GeneratorState with_pending(std::span<const Scene> scenes);
  std::vector<Scene> spread(std::span<const Scene> scenes) const;
  void check_rows(const torch::Tensor& rows, const char* what) const;

  ContextStream stream_;
  model::Backend backend_;
  GenerationSettings settings_;
  std::optional<sampling::FlowEvaluator> flow_;
  std::shared_ptr<ColumnEngine> engine_;  // on a GPU: makes whole columns where it is there
  GeneratorState state_;
};

}  // namespace equi::stream
