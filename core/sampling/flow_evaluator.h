#pragma once

#include <memory>
#include <stop_token>
#include <vector>

#include <torch/torch.h>

#include "core/model/backend.h"
#include "core/model/flow_head.h"
#include "core/sampling/solver.h"

namespace equi::sampling {

class CpuFlow;

// The flow head at times that are known beforehand (algorithm.md section 3). The modulations depend on t and
// the condition, not on the sample: here those of many steps, all branches and all blocks are one matrix
// product, and an evaluation is left with the sample's own path, 40 % of the weights. Numbers as
// FlowNet::forward's up to rounding.
//
// R rows of conditions serve B = R samples, or B = R / 2 guided ones (the conditional rows first). Memory:
// the modulations of as many steps as give kModulationRows rows; further steps are computed when reached. Not
// thread-safe; holds on to the network.
class FlowEvaluator {
 public:
  static constexpr std::int64_t kModulationRows = 256;

  FlowEvaluator(model::FlowNet net, SolverPlan plan, model::Backend backend = model::Backend::automatic);

  FlowEvaluator(FlowEvaluator&& other) noexcept;
  FlowEvaluator& operator=(FlowEvaluator&& other) noexcept;
  ~FlowEvaluator();

  const SolverPlan& plan() const { return plan_; }

  // Takes the conditions of the next column, [R, d], on the network's device.
  void set_conditions(const torch::Tensor& conditions);

  // The velocity at z [B, E] float32 at the plan's time number `index`: [B, E] float32. With R = 2B it is the
  // guided one, v_uncond + scale * (v_cond - v_uncond).
  torch::Tensor velocity(const torch::Tensor& z, std::int64_t index, double scale);

  // From noise [B, E] to tokens [B, E], both float32 on the network's device. Looks at `stop` before every
  // evaluation and throws Error(cancelled) when it is set.
  torch::Tensor sample(const torch::Tensor& noise, double scale, const std::stop_token& stop = {});

 private:
  // Of one block, for the steps of a group: each [steps, R, w]. The LayerNorm's own weight and bias are
  // folded in: what is left is x + gate * mlp(normalised x * scale + shift).
  struct Modulations {
    torch::Tensor shift, scale, gate;
  };
  void compute_group(std::int64_t index);
  torch::Tensor network(const torch::Tensor& z, std::int64_t step) const;

  model::FlowNet net_;
  SolverPlan plan_;
  std::unique_ptr<CpuFlow> cpu_;  // does everything where it is there; the rest is the plain path's
  torch::Tensor time_embedding_;  // [evaluations, w]
  torch::Tensor cond_embedding_;  // [R, w]
  std::int64_t group_first_ = 0, group_size_ = 0;
  std::vector<Modulations> blocks_;
  Modulations final_;  // without a gate
};

}  // namespace equi::sampling
