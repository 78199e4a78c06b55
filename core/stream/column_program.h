#pragma once

#include <vector>

#include <torch/torch.h>

#include "core/cuda/ops.h"
#include "core/sampling/solver.h"
#include "core/stream/column_weights.h"

namespace equi::stream {

// One column written down as a list of operations on raw memory (core/cuda/ops.h), for a model, a solver plan
// and a batch: the transformer step, the modulations, every evaluation of the flow head, guidance and the
// solver's update. The lists are built once; whoever runs them fills the inputs and reads the results.
//
// B continuations, R rows: the conditional ones first, then the unconditional ones.
//
// Plans of many steps are not gone through step by step where one continuation is made: an evaluation of a
// few rows is a chain of small kernels that wait for each other, so all steps of the plan are evaluated at
// once and its points follow from the velocities, again and again until the token stays where it is (Picard's
// iteration; Shih et al. 2023, "Parallel sampling of diffusion models"). The points that it stays at are the
// plan's own: sweep n leaves the first n of them as the steps would, and a flow's others are there after few.
class ColumnProgram {
 public:
  // Whether a generator can be written down: bfloat16, widths in multiples of 16, a window of 1 to 7 columns.
  static bool fits(const model::Generator& generator);

  // Allocates all memory on the generator's device. Precondition: fits(generator).
  ColumnProgram(const model::Generator& generator, const sampling::SolverPlan& plan, std::int64_t batch,
                bool both_branches);

  std::int64_t rows() const { return rows_; }

  // pending, before, scene, cross_rope -> conditions, after. `columns` is how many the window holds before.
  std::vector<EquiOp> transformer(std::int64_t columns) const;

  // conditions, scale, z -> token(); with sweeps, as many of them as plans usually need.
  std::vector<EquiOp> flow() const;

  // Whether flow() works by sweeps.
  bool sweeps() const { return points_.defined(); }
  // One more of them.
  std::vector<EquiOp> sweep() const;
  // How far the last one moved the token, relative to its norm. Waits for it.
  double moved() const;
  // As many sweeps as these are exact; flow() does kSweeps.
  std::int64_t steps() const { return static_cast<std::int64_t>(plan_.times.size()); }
  static constexpr std::int64_t kSweeps = 7;

  // What flow() made, [B, E].
  torch::Tensor token() const { return sweeps() ? ends_[0] : z; }

  // Inputs and results, float32 but for the windows.
  torch::Tensor pending;     // [B, E], the newest column
  torch::Tensor cross_rope;  // [head_width / 2, 2], cos and sin of the position that the class sees
  torch::Tensor conditions;  // [R, d]
  torch::Tensor scale;       // [1], of the guidance
  torch::Tensor z;           // [B, E], noise; the place of the token, too, where there are no sweeps
  // Keys, then values, of a window of n columns: [2, blocks, R, n, d] bfloat16, at the front of this memory.
  torch::Tensor before, after;  // [2 * blocks * R * cond_length * d]
  torch::Tensor scene;          // [2, blocks, R, C, d] bfloat16, keys and values of the condition tokens

  torch::Tensor window(const torch::Tensor& memory,
                       std::int64_t columns) const;  // [2, blocks, R, n, heads, w]

 private:
  using Product = ColumnWeights::Product;
  using Norm = ColumnWeights::Norm;
  // How a row is normalised before a product, and what happens after it.
  struct Before {
    const Norm* norm = nullptr;
    const float *shift = nullptr, *scale = nullptr;
  };
  struct After {
    EquiEpilogue epilogue = EQUI_STORE;
    const float* gate = nullptr;
  };

  // Rows as numbers, or as operands of a product with many rows; a result may be written as both.
  struct Rows {
    float* numbers = nullptr;
    void* operands = nullptr;
  };

  // Results that are the next product's input as they are: what that product takes.
  static Rows between_products(std::int64_t rows, const torch::Tensor& numbers,
                               const torch::Tensor& operands);
  EquiNorm describe(const Before& before) const;
  void add_product(std::vector<EquiOp>& ops, const Product& p, std::int64_t rows, const Rows& x,
                   const Before& before, const Rows& y, const After& after, bool both_copies = false) const;
  void add_block(std::vector<EquiOp>& ops, std::size_t index, std::int64_t columns) const;
  void add_modulations(std::vector<EquiOp>& ops, std::int64_t first, std::int64_t steps) const;
  void add_velocities(std::vector<EquiOp>& ops, const Rows& points, std::int64_t count, bool both_copies,
                      std::int64_t row) const;
  void add_path(std::vector<EquiOp>& ops, std::int64_t v_stride) const;
  void add_sweep(std::vector<EquiOp>& ops) const;
  void add_solver_step(std::vector<EquiOp>& ops, std::int64_t step) const;
  torch::Tensor memory(torch::IntArrayRef shape, torch::ScalarType type = torch::kFloat32) const;

  GeneratorConfig config_;
  sampling::SolverPlan plan_;
  std::int64_t batch_, rows_;
  torch::TensorOptions options_;  // device
  ColumnWeights weights_;
  std::int64_t modulation_width_ = 0, group_ = 1;  // numbers a row, steps whose modulations are held
  // Workspace: the stream, wide intermediate results, operands of products with many rows.
  torch::Tensor x_, wide_, mixed_, hidden_, flow_x_, flow_hidden_, velocities_, history_, cond_embedding_,
      modulations_, normed_, operands_, mixed_operands_, hidden_operands_, y_;
  // Of sweeps: the plan [steps, 6], its points [steps * R, E] bfloat16, the token and the one before [2, B,
  // E].
  torch::Tensor plan_numbers_, points_, ends_;
};

}  // namespace equi::stream
