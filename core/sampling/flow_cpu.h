#pragma once

#include <cstddef>
#include <stop_token>
#include <vector>

#include "core/model/cpu_layers.h"
#include "core/model/flow_head.h"
#include "core/sampling/solver.h"

namespace equi::sampling {

// The flow head on the kernels of core/cpu: what FlowEvaluator does, on memory that is laid out once. Between
// set_conditions and the token nothing is allocated. Rows and branches as there: R rows of conditions serve R
// samples, or R / 2 guided ones.
class CpuFlow {
 public:
  // Precondition: model::fits_cpu_kernels(*net).
  CpuFlow(const model::FlowNet& net, const SolverPlan& plan, std::int64_t modulation_rows);

  // conditions: [R, d] float32.
  void set_conditions(const float* conditions, std::int64_t rows);

  // v = the (guided) velocity at z [samples, E], at the plan's time number `index`; v: [samples, E].
  void velocity(const float* z, std::int64_t samples, std::int64_t index, double scale, float* v);

  // Runs the plan on z [samples, E], from noise to tokens, in place. Looks at `stop` before every evaluation
  // and throws Error(cancelled) when it is set.
  void sample(float* z, std::int64_t samples, double scale, const std::stop_token& stop);

 private:
  // x += gate * second(silu(first(norm(x))))
  struct Block {
    model::CpuLayerNorm norm;
    model::CpuLinear first, second, modulation;
  };
  void lay_out(std::int64_t rows);
  void compute_group(std::int64_t index);
  void run_network(const float* z, std::int64_t samples, std::int64_t step);
  void run_block(const Block& block, const float* modulations);
  std::size_t operands(std::int64_t count) const;

  SolverPlan plan_;
  const cpu::Kernels* kernels_;
  model::CpuLinear cond_embed_, input_proj_, final_, final_modulation_;
  std::vector<Block> blocks_;
  std::int64_t width_, token_width_, modulation_width_, modulation_rows_;
  std::vector<float> time_embedding_;  // [evaluations, w]
  std::int64_t rows_ = 0;              // R, which the memory below is laid out for
  std::int64_t group_first_ = 0, group_size_ = 0;
  std::vector<float> cond_embedding_;       // [R, w]
  std::vector<float> modulations_;          // for each block: [steps of a group, R, 3w], last: [..., 2w]
  std::vector<float> x_;                    // [R, w]
  std::vector<float> both_;                 // [R, E], velocities of all rows
  std::vector<float> history_;              // [kHistory, R, E], newest first from newest_ on
  std::vector<std::byte> normed_, hidden_;  // [R, w] operands
  std::vector<std::byte> y_;                // [steps of a group, R, w] operands
  std::vector<std::byte> input_;            // [R, max(E, d)] operands
  std::vector<cpu::LinearTask> tasks_;      // the modulations of every block
};

}  // namespace equi::sampling
