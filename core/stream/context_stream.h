#pragma once

#include <memory>
#include <span>
#include <vector>

#include <torch/torch.h>

#include "core/model/backend.h"
#include "core/stream/generator_state.h"
#include "core/stream/scene.h"
#include "core/stream/settings.h"

namespace equi::stream {

class CpuTransformer;

// How many columns of tokens rebuild a state exactly: the pending one and cond_length for each block before
// it. 0: all of them (cond_length 0 sees everything).
std::int64_t replay_columns(const GeneratorConfig& config);

// The transformer, one column at a time (algorithm.md section 2): a new column costs the same wherever it is.
// Numbers as Generator::forward's up to rounding. Not thread-safe.
class ContextStream {
 public:
  ContextStream(model::Generator generator, std::int64_t batch, bool both_branches,
                model::Backend backend = model::Backend::automatic);

  ContextStream(ContextStream&& other) noexcept;
  ContextStream& operator=(ContextStream&& other) noexcept;
  ~ContextStream();

  std::int64_t batch() const { return batch_; }
  bool both_branches() const { return both_branches_; }
  std::int64_t rows() const { return both_branches_ ? 2 * batch_ : batch_; }
  const model::Generator& generator() const { return generator_; }

  GeneratorState start(std::int64_t origin) const;

  // The conditions of scenes (one for each continuation), every branch's row; valid until the next call.
  const SceneConditions& conditions(std::span<const Scene> scenes) {
    return scenes_.batch(scenes, both_branches_);
  }
  // The position from which the newest column of a state sees its class.
  static double cross_position(const GeneratorState& state, const GenerationSettings& settings);

  struct Result {
    torch::Tensor conditions;  // [R, d], for the column number state.columns of the frame; not kept: valid
                               // until the next call
    GeneratorState state;      // with the pending token moved into the windows
  };
  // The condition for the next column, whose scenes are given (one for each continuation).
  Result advance(const GeneratorState& state, std::span<const Scene> scenes,
                 const GenerationSettings& settings);

 private:
  Result advance_on_cpu(const GeneratorState& state, const SceneConditions& conditions, double position);
  Windows& spare_windows(std::int64_t columns);
  torch::Tensor self_attention(const model::GeneratorBlockImpl& block, const torch::Tensor& x,
                               torch::Tensor& keys, torch::Tensor& values);
  const torch::Tensor& relative_rope(std::int64_t count);
  const torch::Tensor& cross_rope(double position);

  model::Generator generator_;
  std::int64_t batch_;
  bool both_branches_;
  SceneCache scenes_;
  torch::Tensor relative_rope_;  // [capacity, head_width/2, 2]
  torch::Tensor cross_rope_;     // [1, head_width/2, 2]
  double cross_position_ = -1.0;
  std::unique_ptr<CpuTransformer> cpu_;  // makes the columns where it is there
  std::vector<Windows> windows_;         // of states that came and went: memory for the next ones
  torch::Tensor conditions_;             // [R, d]
};

}  // namespace equi::stream
