#pragma once

#include <memory>
#include <vector>

#include "core/stream/column_program.h"
#include "core/stream/generator_state.h"
#include "core/stream/op_executor.h"
#include "core/stream/scene.h"

namespace equi::stream {

// Whole columns as captured lists of kernels: the transformer step, all evaluations, guidance and solver in
// one go (ColumnProgram), for a model on a GPU in bfloat16. Numbers as the tensor path's up to rounding; the
// state is of the same shape and type. Not thread-safe.
class ColumnEngine {
 public:
  // An engine on the model's CUDA device; null when the model does not fit or our kernels are not loaded.
  static std::unique_ptr<ColumnEngine> on_device(const model::Generator& generator,
                                                 const sampling::SolverPlan& plan, std::int64_t batch,
                                                 bool both_branches);

  // Precondition: ColumnProgram::fits(generator).
  ColumnEngine(const model::Generator& generator, const sampling::SolverPlan& plan, std::int64_t batch,
               bool both_branches, std::unique_ptr<OpExecutor> executor);

  // Takes the pending token of a state with columns into its windows, without making a new one.
  GeneratorState advance(const GeneratorState& state, const SceneConditions& scene, double cross_position);

  struct Result {
    torch::Tensor token;   // [B, E] float32, memory of its own
    GeneratorState state;  // with the pending token in its windows and without a pending one
  };
  // The next column from noise [B, E] float32 on the device, with a guidance scale.
  Result next(const GeneratorState& state, const SceneConditions& scene, double cross_position, double scale,
              const torch::Tensor& noise);

 private:
  void take_scene(const SceneConditions& scene);
  void take_position(double cross_position);
  void take_windows(const GeneratorState& state, std::int64_t columns);
  GeneratorState give_windows(const GeneratorState& state, std::int64_t columns) const;
  void run(std::int64_t columns, bool with_flow);
  torch::Tensor settled_token();

  GeneratorConfig config_;
  ColumnProgram program_;
  std::unique_ptr<OpExecutor> executor_;
  std::vector<EquiOp> flow_, column_, advance_;  // of a first column, and of rows that are long enough
  std::vector<EquiOp> sweep_;                    // where the program works by them
  torch::Tensor scene_keys_;  // of the scene that is in the program's memory: its first layer's keys
  double cross_position_ = -1.0;
};

}  // namespace equi::stream
