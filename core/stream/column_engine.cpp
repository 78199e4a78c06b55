#include "core/stream/column_engine.h"

#include <algorithm>

#include "core/model/rope.h"

namespace equi::stream {
namespace {

// Lists that repeat: of a column in a row that has been running for a while.
enum Key { kFlow, kColumn, kAdvance, kSweep };

// A sweep that moves the token by less ends the search. On the demo model each of the later sweeps leaves
// less than half of the error (`bench solvers --sweeps`); bfloat16 itself goes on moving the token by a part
// of this.
constexpr double kSettled = 2e-3;

// The windows of a state as one tensor [2, blocks, R, n, heads, head_width], without a copy, when they lie in
// memory like that (as give_windows leaves them); otherwise none.
torch::Tensor packed(const GeneratorState& state) {
  const auto& first = state.keys.front();
  const auto blocks = static_cast<std::int64_t>(state.keys.size());
  const std::int64_t numbers = first.numel();
  const auto follows = [&](const torch::Tensor& t, std::int64_t index) {
    return t.is_contiguous() && t.storage().is_alias_of(first.storage()) &&
           t.storage_offset() == first.storage_offset() + index * numbers;
  };
  for (std::int64_t i = 0; i < blocks; ++i) {
    const auto at = static_cast<std::size_t>(i);
    if (!follows(state.keys[at], i) || !follows(state.values[at], blocks + i)) return {};
  }
  std::vector<std::int64_t> sizes = {2, blocks}, strides = {blocks * numbers, numbers};
  sizes.insert(sizes.end(), first.sizes().begin(), first.sizes().end());
  strides.insert(strides.end(), first.strides().begin(), first.strides().end());
  return first.as_strided(sizes, strides, first.storage_offset());
}

}  // namespace

std::unique_ptr<ColumnEngine> ColumnEngine::on_device(const model::Generator& generator,
                                                      const sampling::SolverPlan& plan, std::int64_t batch,
                                                      bool both_branches) {
  const auto device = generator->fake_latent.device();
  if (!device.is_cuda() || !ColumnProgram::fits(generator)) return nullptr;
  auto executor = cuda_executor(device);
  if (executor == nullptr) return nullptr;
  return std::make_unique<ColumnEngine>(generator, plan, batch, both_branches, std::move(executor));
}

ColumnEngine::ColumnEngine(const model::Generator& generator, const sampling::SolverPlan& plan,
                           std::int64_t batch, bool both_branches, std::unique_ptr<OpExecutor> executor)
    : config_(generator->config),
      program_(generator, plan, batch, both_branches),
      executor_(std::move(executor)),
      flow_(program_.flow()),
      column_(program_.transformer(config_.cond_length)),
      advance_(column_) {
  column_.insert(column_.end(), flow_.begin(), flow_.end());
  if (program_.sweeps()) sweep_ = program_.sweep();
}

void ColumnEngine::take_scene(const SceneConditions& scene) {
  // The tensor that is held cannot be freed, so no other scene's can have its place.
  if (scene_keys_.defined() && scene_keys_.is_same(scene.layers.front().k)) return;
  for (std::size_t i = 0; i < scene.layers.size(); ++i) {
    const auto at = static_cast<std::int64_t>(i);
    program_.scene[0][at].copy_(scene.layers[i].k.flatten(2));
    program_.scene[1][at].copy_(scene.layers[i].v.flatten(2));
  }
  scene_keys_ = scene.layers.front().k;
}

void ColumnEngine::take_position(double cross_position) {
  if (cross_position == cross_position_) return;
  const auto table = model::rope_table(model::positions_from(cross_position, 1), config_.head_width());
  program_.cross_rope.copy_(table[0]);
  cross_position_ = cross_position;
}

void ColumnEngine::take_windows(const GeneratorState& state, std::int64_t columns) {
  program_.pending.copy_(state.pending);
  if (columns == 0) return;
  auto to = program_.window(program_.before, columns);
  if (const auto all = packed(state); all.defined()) {
    to.copy_(all);
    return;
  }
  for (std::size_t i = 0; i < state.keys.size(); ++i) {
    to[0][static_cast<std::int64_t>(i)].copy_(state.keys[i]);
    to[1][static_cast<std::int64_t>(i)].copy_(state.values[i]);
  }
}

GeneratorState ColumnEngine::give_windows(const GeneratorState& state, std::int64_t columns) const {
  const auto all = program_.window(program_.after, columns).clone();
  return {state.origin, state.batch, state.columns, {}, all[0].unbind(0), all[1].unbind(0)};
}

// Growing windows come once each; full ones again and again.
void ColumnEngine::run(std::int64_t columns, bool with_flow) {
  if (columns == config_.cond_length) {
    return with_flow ? executor_->run_again(kColumn, column_) : executor_->run_again(kAdvance, advance_);
  }
  executor_->run(program_.transformer(columns));
  if (with_flow) executor_->run_again(kFlow, flow_);
}

// A copy of the token that the flow has made, after as many more sweeps as it needs. A token that is not
// finite is left to the caller.
torch::Tensor ColumnEngine::settled_token() {
  for (auto n = ColumnProgram::kSweeps; program_.sweeps() && n < program_.steps(); ++n) {
    if (!(program_.moved() > kSettled)) break;
    executor_->run_again(kSweep, sweep_);
  }
  return program_.token().clone();
}

GeneratorState ColumnEngine::advance(const GeneratorState& state, const SceneConditions& scene,
                                     double cross_position) {
  const torch::InferenceMode inference;
  const std::int64_t columns = state.keys.front().size(1);
  take_scene(scene);
  take_position(cross_position);
  take_windows(state, columns);
  run(columns, false);
  return give_windows(state, std::min<std::int64_t>(columns + 1, config_.cond_length));
}

ColumnEngine::Result ColumnEngine::next(const GeneratorState& state, const SceneConditions& scene,
                                        double cross_position, double scale, const torch::Tensor& noise) {
  const torch::InferenceMode inference;
  program_.z.copy_(noise);
  program_.scale.fill_(scale);
  if (state.columns == 0) {
    program_.conditions.copy_(scene.first);
    executor_->run_again(kFlow, flow_);
    return {settled_token(), state};
  }
  const std::int64_t columns = state.keys.front().size(1);
  take_scene(scene);
  take_position(cross_position);
  take_windows(state, columns);
  run(columns, true);
  auto token = settled_token();
  return {std::move(token), give_windows(state, std::min<std::int64_t>(columns + 1, config_.cond_length))};
}

}  // namespace equi::stream
