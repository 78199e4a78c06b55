#include "core/stream/column_program.h"

#include <algorithm>

namespace equi::stream {
namespace {

constexpr std::int64_t kModulationRows = 512;  // of one group of steps
constexpr std::int64_t kTile = 32;             // operands have room for whole tiles of rows
constexpr std::int64_t kManySteps = 48;        // from so many on a plan is gone through in sweeps

float* data(const torch::Tensor& t) {
  return static_cast<float*>(t.data_ptr());
}

std::int64_t whole_tiles(std::int64_t rows) {
  return (rows + kTile - 1) / kTile * kTile;
}

// [steps, 6], as EquiSolverPath takes it.
torch::Tensor numbers_of(const sampling::SolverPlan& plan) {
  std::vector<float> numbers;
  for (std::size_t i = 0; i < plan.times.size(); ++i) {
    numbers.push_back(static_cast<float>(plan.times[i]));
    numbers.push_back(static_cast<float>(plan.steps[i].keep));
    for (const double weight : plan.steps[i].weights) numbers.push_back(static_cast<float>(weight));
  }
  return torch::tensor(numbers).view({-1, kEquiPlanNumbers});
}

}  // namespace

bool ColumnProgram::fits(const model::Generator& generator) {
  const auto& c = generator->config;
  const bool widths = c.width % 16 == 0 && c.token_width % 16 == 0 && c.mlp_width % 16 == 0 &&
                      c.flow_width % 16 == 0 && c.head_width() % 2 == 0 &&
                      c.head_width() <= kEquiMaxHeadWidth;
  const auto usable = [&](const torch::Tensor& p) {
    return p.scalar_type() == torch::kBFloat16 && p.is_contiguous() &&
           p.device() == generator->fake_latent.device();
  };
  const std::int64_t widest = std::max({c.mlp_width, c.width, c.flow_width, c.token_width});
  const auto parameters = generator->parameters();
  return widths && widest <= kEquiMaxWidth && c.cond_length >= 1 && c.cond_length < kEquiMaxWindow &&
         std::all_of(parameters.begin(), parameters.end(), usable);
}

torch::Tensor ColumnProgram::memory(torch::IntArrayRef shape, torch::ScalarType type) const {
  return torch::zeros(shape, options_.dtype(type));
}

ColumnProgram::ColumnProgram(const model::Generator& generator, const sampling::SolverPlan& plan,
                             std::int64_t batch, bool both_branches)
    : config_(generator->config),
      plan_(plan),
      batch_(batch),
      rows_(both_branches ? 2 * batch : batch),
      options_(torch::TensorOptions().device(generator->fake_latent.device())),
      weights_(generator, plan.times) {
  const torch::InferenceMode inference;
  const auto& c = config_;
  modulation_width_ = weights_.modulation.out();
  group_ =
      std::clamp<std::int64_t>(kModulationRows / rows_, 1, static_cast<std::int64_t>(plan_.times.size()));
  const bool in_sweeps =
      batch_ == 1 && steps() >= kManySteps && steps() == group_ && steps() <= kEquiMaxPathSteps;
  const std::int64_t many = in_sweeps ? steps() * rows_ : rows_;  // of the flow head at once
  const std::int64_t widest = std::max({c.width, c.flow_width, c.token_width});
  const auto windows = std::int64_t{2} * c.blocks * rows_ * c.cond_length * c.width;
  pending = memory({batch_, c.token_width});
  cross_rope = memory({c.head_width() / 2, 2});
  conditions = memory({rows_, c.width});
  scale = memory({1});
  z = memory({batch_, c.token_width});
  before = memory({windows}, torch::kBFloat16);
  after = memory({windows}, torch::kBFloat16);
  scene = memory({2, c.blocks, rows_, c.condition_tokens, c.width}, torch::kBFloat16);
  x_ = memory({rows_, c.width});
  wide_ = memory({rows_, std::int64_t{3} * c.width});
  mixed_ = memory({rows_, c.width});
  hidden_ = memory({rows_, c.mlp_width});
  flow_x_ = memory({many, c.flow_width});
  flow_hidden_ = memory({rows_, c.flow_width});
  velocities_ = memory({many, c.token_width});
  history_ = memory({sampling::SolverPlan::kHistory, batch_, c.token_width});
  cond_embedding_ = memory({rows_, c.flow_width});
  modulations_ = memory({group_ * rows_, modulation_width_});
  normed_ = memory({rows_, widest});
  operands_ = memory({whole_tiles(many), widest}, torch::kBFloat16);
  mixed_operands_ = memory({whole_tiles(rows_), c.width}, torch::kBFloat16);
  hidden_operands_ =
      memory({whole_tiles(many), std::max<std::int64_t>(c.mlp_width, c.flow_width)}, torch::kBFloat16);
  y_ = memory({whole_tiles(group_ * rows_), c.flow_width}, torch::kBFloat16);
  if (!in_sweeps) return;
  plan_numbers_ = numbers_of(plan_).to(options_.device());
  points_ = memory({whole_tiles(many), c.token_width}, torch::kBFloat16);
  ends_ = memory({2, batch_, c.token_width});
}

torch::Tensor ColumnProgram::window(const torch::Tensor& all, std::int64_t columns) const {
  const std::int64_t numbers = std::int64_t{2} * config_.blocks * rows_ * columns * config_.width;
  return all.narrow(0, 0, numbers)
      .view({2, config_.blocks, rows_, columns, config_.heads, config_.head_width()});
}

EquiNorm ColumnProgram::describe(const Before& how) const {
  EquiNorm n{};
  if (how.norm == nullptr) return n;
  n.on = 1;
  n.eps = static_cast<float>(how.norm->eps);
  if (how.norm->weight.defined()) {
    n.weight = data(how.norm->weight);
    n.bias = data(how.norm->bias);
  }
  n.shift = how.shift;
  n.scale = how.scale;
  n.modulation_stride = modulation_width_;
  return n;
}

ColumnProgram::Rows ColumnProgram::between_products(std::int64_t rows, const torch::Tensor& numbers,
                                                    const torch::Tensor& operands) {
  if (rows <= kEquiMaxLinearRows) return {data(numbers)};
  return {nullptr, operands.data_ptr()};
}

// y = epilogue(norm(x) W^T + bias). A norm is an operation of its own: each block of a product would read all
// that it takes (measured: 1.1 and 2.0 us instead of 4.9). Many rows are operands first, where they are not
// that already, and go to tensor cores. With `both_copies` the rows are written twice, the second time for
// the other guidance branch.
void ColumnProgram::add_product(std::vector<EquiOp>& ops, const Product& p, std::int64_t rows, const Rows& x,
                                const Before& how, const Rows& y, const After& then, bool both_copies) const {
  const auto in = static_cast<std::int32_t>(p.weight.size(1)),
             out = static_cast<std::int32_t>(p.weight.size(0));
  const auto count = static_cast<std::int32_t>(rows);
  const std::int32_t copies = both_copies ? 2 : 1;
  EquiOp op{};
  if (rows <= kEquiMaxLinearRows) {
    const float* input = x.numbers;
    if (how.norm != nullptr) {
      op.kind = EQUI_OP_NORM_ROWS;
      op.norm_rows = {input, count, count, in, describe(how), data(normed_), 0};
      ops.push_back(op);
      input = data(normed_);
    }
    op.kind = EQUI_OP_LINEAR;
    op.linear = {
        p.weight.data_ptr(), data(p.bias),      in,    out, count, input, then.epilogue, y.numbers, out,
        then.gate,           modulation_width_, copies};
    ops.push_back(op);
    return;
  }
  const void* operands = x.operands;
  if (operands == nullptr) {
    op.kind = EQUI_OP_NORM_ROWS;
    op.norm_rows = {x.numbers, count, count, in, describe(how), operands_.data_ptr(), 1};
    ops.push_back(op);
    operands = operands_.data_ptr();
  }
  op.kind = EQUI_OP_GEMM;
  op.gemm = {
      operands, p.weight.data_ptr(), data(p.bias),      in,     out,       count, then.epilogue, y.numbers,
      out,      then.gate,           modulation_width_, copies, y.operands};
  ops.push_back(op);
}

void ColumnProgram::add_block(std::vector<EquiOp>& ops, std::size_t index, std::int64_t columns) const {
  const auto& b = weights_.blocks[index];
  const auto& c = config_;
  const std::int64_t after_columns = std::min<std::int64_t>(columns + 1, c.cond_length);
  const auto at = [&](const torch::Tensor& all, std::int64_t part, std::int64_t n) {
    const std::int64_t place = (part * c.blocks + static_cast<std::int64_t>(index)) * rows_ * n * c.width;
    return static_cast<std::byte*>(all.data_ptr()) + place * static_cast<std::int64_t>(all.element_size());
  };
  const auto rows = static_cast<std::int32_t>(rows_), width = static_cast<std::int32_t>(c.head_width());

  const Rows x{data(x_)}, wide{data(wide_)}, mixed = between_products(rows_, mixed_, mixed_operands_),
                                             hidden = between_products(rows_, hidden_, hidden_operands_);
  add_product(ops, b.qkv, rows_, x, {&b.norm1}, wide, {});
  EquiOp op{};
  op.kind = EQUI_OP_ATTEND_WINDOW;
  op.attend_window = {rows,
                      c.heads,
                      width,
                      static_cast<std::int32_t>(columns),
                      static_cast<std::int32_t>(after_columns),
                      data(wide_),
                      at(before, 0, columns),
                      at(before, 1, columns),
                      at(after, 0, after_columns),
                      at(after, 1, after_columns),
                      data(weights_.relative_rope),
                      mixed.numbers,
                      mixed.operands};
  ops.push_back(op);
  add_product(ops, b.proj, rows_, mixed, {}, x, {EQUI_ADD});

  add_product(ops, b.cross_q, rows_, x, {&b.cross_norm}, wide, {});
  op.kind = EQUI_OP_ATTEND_SCENE;
  op.attend_scene = {rows,
                     c.heads,
                     width,
                     c.condition_tokens,
                     data(wide_),
                     at(scene, 0, c.condition_tokens),
                     at(scene, 1, c.condition_tokens),
                     data(cross_rope),
                     mixed.numbers,
                     mixed.operands};
  ops.push_back(op);
  add_product(ops, b.cross_proj, rows_, mixed, {}, x, {EQUI_ADD});

  add_product(ops, b.fc1, rows_, x, {&b.norm2}, hidden, {EQUI_GELU});
  add_product(ops, b.fc2, rows_, hidden, {}, x, {EQUI_ADD});
}

std::vector<EquiOp> ColumnProgram::transformer(std::int64_t columns) const {
  std::vector<EquiOp> ops;
  const auto width = static_cast<std::int32_t>(config_.width);
  add_product(ops, weights_.z_proj, batch_, {data(pending)}, {}, {data(wide_)}, {});
  EquiOp op{};
  op.kind = EQUI_OP_NORM_ROWS;
  op.norm_rows = {data(wide_),
                  static_cast<std::int32_t>(rows_),
                  static_cast<std::int32_t>(batch_),
                  width,
                  describe({&weights_.z_proj_ln}),
                  data(x_),
                  0};
  ops.push_back(op);
  for (std::size_t i = 0; i < weights_.blocks.size(); ++i) add_block(ops, i, columns);
  const auto rows = static_cast<std::int32_t>(rows_);
  op.norm_rows = {data(x_), rows, rows, width, describe({&weights_.encoder_norm}), data(conditions), 0};
  ops.push_back(op);
  return ops;
}

// Of steps [first, first + steps), for all blocks.
void ColumnProgram::add_modulations(std::vector<EquiOp>& ops, std::int64_t first, std::int64_t steps) const {
  const auto width = static_cast<std::int32_t>(config_.flow_width);
  EquiOp op{};
  op.kind = EQUI_OP_SILU_SUM;
  op.silu_sum = {static_cast<std::int32_t>(steps),
                 static_cast<std::int32_t>(rows_),
                 width,
                 data(weights_.times) + first * config_.flow_width,
                 data(cond_embedding_),
                 y_.data_ptr()};
  ops.push_back(op);
  const auto& p = weights_.modulation;
  op.kind = EQUI_OP_GEMM;
  op.gemm = {y_.data_ptr(),
             p.weight.data_ptr(),
             data(p.bias),
             width,
             p.out(),
             static_cast<std::int32_t>(steps * rows_),
             EQUI_STORE,
             data(modulations_),
             modulation_width_,
             nullptr,
             0,
             1,
             nullptr};
  ops.push_back(op);
}

// The velocities at `count` points, for both guidance branches with `both_copies`; the modulations are those
// of rows `row`, row + 1, ...
void ColumnProgram::add_velocities(std::vector<EquiOp>& ops, const Rows& points, std::int64_t count,
                                   bool both_copies, std::int64_t row) const {
  const float* modulation = data(modulations_) + row * modulation_width_;
  const std::int64_t rows = both_copies ? 2 * count : count;
  const Rows x{data(flow_x_)}, hidden = between_products(rows, flow_hidden_, hidden_operands_);
  add_product(ops, weights_.input_proj, count, points, {}, x, {}, both_copies);
  for (const auto& block : weights_.flow_blocks) {
    const std::int64_t width = config_.flow_width;
    add_product(ops, block.first, rows, x, {&block.norm, modulation, modulation + width}, hidden,
                {EQUI_SILU});
    add_product(ops, block.second, rows, hidden, {}, x, {EQUI_ADD_GATED, modulation + 2 * width});
    modulation += 3 * width;
  }
  add_product(ops, weights_.final, rows, x,
              {&weights_.final_norm, modulation, modulation + config_.flow_width}, {data(velocities_)}, {});
}

// The plan's points and token from velocities_, whose steps lie v_stride numbers apart.
void ColumnProgram::add_path(std::vector<EquiOp>& ops, std::int64_t v_stride) const {
  EquiOp op{};
  op.kind = EQUI_OP_SOLVER_PATH;
  auto& e = op.solver_path;
  e.count = static_cast<std::int32_t>(batch_ * config_.token_width);
  e.steps = static_cast<std::int32_t>(steps());
  e.guided = rows_ > batch_ ? 1 : 0;
  e.clean = plan_.clean ? 1 : 0;
  e.v = data(velocities_);
  e.v_stride = v_stride;
  e.scale = data(scale);
  e.plan = data(plan_numbers_);
  e.start = data(z);
  e.points = points_.data_ptr();
  e.copies = static_cast<std::int32_t>(rows_ / batch_);
  e.end = data(ends_);
  e.before = data(ends_) + e.count;
  ops.push_back(op);
}

void ColumnProgram::add_sweep(std::vector<EquiOp>& ops) const {
  add_velocities(ops, {nullptr, points_.data_ptr()}, steps() * rows_, false, 0);
  add_path(ops, rows_ * config_.token_width);
}

std::vector<EquiOp> ColumnProgram::sweep() const {
  std::vector<EquiOp> ops;
  add_sweep(ops);
  return ops;
}

double ColumnProgram::moved() const {
  const auto ends = ends_.cpu();
  return ((ends[0] - ends[1]).norm() / ends[0].norm()).item<double>();
}

void ColumnProgram::add_solver_step(std::vector<EquiOp>& ops, std::int64_t step) const {
  const auto at = static_cast<std::size_t>(step);
  const auto& s = plan_.steps[at];
  EquiOp op{};
  op.kind = EQUI_OP_SOLVER_STEP;
  auto& e = op.solver_step;
  e.count = static_cast<std::int32_t>(batch_ * config_.token_width);
  e.guided = rows_ > batch_ ? 1 : 0;
  e.clean = plan_.clean ? 1 : 0;
  e.v = data(velocities_);
  e.scale = data(scale);
  e.time = static_cast<float>(plan_.times[at]);
  e.keep = static_cast<float>(s.keep);
  constexpr std::int64_t kHistory = sampling::SolverPlan::kHistory;
  for (std::int64_t j = 0; j < kHistory; ++j) {
    // A ring: the newest of step i lies in slot i, the one before it in slot i - 1, ...
    const std::int64_t slot = ((step - j) % kHistory + kHistory) % kHistory;
    e.weights[j] = static_cast<float>(s.weights[static_cast<std::size_t>(j)]);
    e.history[j] = data(history_) + slot * e.count;
  }
  e.z = data(z);
  ops.push_back(op);
}

std::vector<EquiOp> ColumnProgram::flow() const {
  std::vector<EquiOp> ops;
  const auto evaluations = static_cast<std::int64_t>(plan_.times.size());
  add_product(ops, weights_.cond_embed, rows_, {data(conditions)}, {}, {data(cond_embedding_)}, {});
  for (std::int64_t first = 0; first < evaluations; first += group_) {
    const std::int64_t steps = std::min(group_, evaluations - first);
    add_modulations(ops, first, steps);
    if (sweeps()) break;
    for (std::int64_t i = 0; i < steps; ++i) {
      add_velocities(ops, {data(z)}, batch_, rows_ > batch_, i * rows_);
      add_solver_step(ops, first + i);
    }
  }
  if (!sweeps()) return ops;
  add_velocities(ops, {data(z)}, batch_, rows_ > batch_,
                 0);  // the first guess: the same velocity all the way
  add_path(ops, 0);
  for (std::int64_t n = 0; n < kSweeps; ++n) add_sweep(ops);
  return ops;
}

}  // namespace equi::stream
