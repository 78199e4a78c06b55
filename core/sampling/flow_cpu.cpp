#include "core/sampling/flow_cpu.h"

#include <algorithm>
#include <array>

#include "core/base/error.h"
#include "core/cpu/parallel.h"

namespace equi::sampling {
namespace {

constexpr double kNormEps = 1e-6;  // of the head's every LayerNorm

// time_mlp of every time of the plan, [evaluations, w]; once for a plan.
std::vector<float> embed_times(const model::FlowNet& net, const cpu::Kernels& kernels,
                               const std::vector<double>& times) {
  const auto t = torch::tensor(times, torch::kFloat64).to(torch::kFloat32);
  const auto features = model::time_features(t, net->features).contiguous();
  const model::CpuLinear first(net->time_mlp->first), second(net->time_mlp->second);
  const std::int64_t rows = features.size(0);
  const auto room = [&](std::int64_t width) {
    return std::vector<std::byte>(static_cast<std::size_t>(rows * width) * kernels.operand_bytes);
  };
  auto input = room(net->features), hidden = room(first.out());
  std::vector<float> result(static_cast<std::size_t>(rows * second.out()));
  kernels.to_operands(features.const_data_ptr<float>(), features.numel(), input.data());
  cpu::run(kernels, first.task(input.data(), rows, cpu::Epilogue::silu, hidden.data()));
  cpu::run(kernels, second.task(hidden.data(), rows, cpu::Epilogue::store, result.data()));
  return result;
}

}  // namespace

CpuFlow::CpuFlow(const model::FlowNet& net, const SolverPlan& plan, std::int64_t modulation_rows)
    : plan_(plan),
      kernels_(&model::cpu_kernels(*net)),
      cond_embed_(net->cond_embed),
      input_proj_(net->input_proj),
      final_(net->final_layer->linear),
      final_modulation_(net->final_layer->modulation_layer->linear),
      width_(net->input_proj->weight.size(0)),
      token_width_(net->input_proj->weight.size(1)),
      modulation_width_(final_modulation_.out()),
      modulation_rows_(modulation_rows) {
  const torch::InferenceMode inference;
  for (const auto& module : *net->res_blocks) {
    const auto& block = *module->as<model::FlowBlockImpl>();
    blocks_.push_back({model::CpuLayerNorm(block.in_ln), model::CpuLinear(block.mlp->first),
                       model::CpuLinear(block.mlp->second),
                       model::CpuLinear(block.modulation_layer->linear)});
    modulation_width_ += blocks_.back().modulation.out();
  }
  time_embedding_ = embed_times(net, *kernels_, plan_.times);
}

std::size_t CpuFlow::operands(std::int64_t count) const {
  return static_cast<std::size_t>(count) * kernels_->operand_bytes;
}

void CpuFlow::lay_out(std::int64_t rows) {
  rows_ = rows;
  const auto steps = std::min(static_cast<std::int64_t>(plan_.times.size()),
                              std::max(std::int64_t{1}, modulation_rows_ / rows));
  const auto numbers = [&](std::int64_t width) { return static_cast<std::size_t>(rows * width); };
  cond_embedding_.resize(numbers(width_));
  modulations_.resize(numbers(steps * modulation_width_));
  x_.resize(numbers(width_));
  both_.resize(numbers(token_width_));
  history_.resize(numbers(SolverPlan::kHistory * token_width_));
  normed_.resize(operands(rows * width_));
  hidden_.resize(operands(rows * width_));
  y_.resize(operands(steps * rows * width_));
  input_.resize(operands(rows * std::max(token_width_, cond_embed_.in())));
  tasks_.reserve(blocks_.size() + 1);
}

void CpuFlow::set_conditions(const float* conditions, std::int64_t rows) {
  if (rows != rows_) lay_out(rows);
  kernels_->to_operands(conditions, rows * cond_embed_.in(), input_.data());
  cpu::run(*kernels_, cond_embed_.task(input_.data(), rows, cpu::Epilogue::store, cond_embedding_.data()));
  group_size_ = 0;
}

// The modulations of all blocks for as many steps from `index` on as there is room for: one matrix product.
void CpuFlow::compute_group(std::int64_t index) {
  const auto room = static_cast<std::int64_t>(modulations_.size()) / (rows_ * modulation_width_);
  group_first_ = index;
  group_size_ = std::min(static_cast<std::int64_t>(plan_.times.size()) - index, room);
  const std::int64_t rows = group_size_ * rows_;
  cpu::parallel_for(rows, 16, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) {
      kernels_->silu_of_sum(time_embedding_.data() + (index + row / rows_) * width_,
                            cond_embedding_.data() + row % rows_ * width_, width_,
                            y_.data() + operands(row * width_));
    }
  });
  float* at = modulations_.data();
  tasks_.clear();
  const auto add = [&](const model::CpuLinear& layer) {
    tasks_.push_back(layer.task(y_.data(), rows, cpu::Epilogue::store, at));
    at += rows * layer.out();
  };
  for (const auto& block : blocks_) add(block.modulation);
  add(final_modulation_);
  cpu::run(*kernels_, tasks_);
}

// modulations: row r at + r * 3w: (shift, scale, gate).
void CpuFlow::run_block(const Block& block, const float* modulations) {
  auto norm = block.norm.task(x_.data(), rows_, normed_.data());
  norm.shift = modulations;
  norm.scale = modulations + width_;
  norm.modulation_stride = 3 * width_;
  cpu::run(*kernels_, norm);
  cpu::run(*kernels_, block.first.task(normed_.data(), rows_, cpu::Epilogue::silu, hidden_.data()));
  auto second = block.second.task(hidden_.data(), rows_, cpu::Epilogue::add_gated, x_.data());
  second.gate = modulations + 2 * width_;
  second.gate_stride = 3 * width_;
  cpu::run(*kernels_, second);
}

// Velocities of all rows into both_. With half as many samples as rows, both branches start from one sample.
void CpuFlow::run_network(const float* z, std::int64_t samples, std::int64_t step) {
  kernels_->to_operands(z, samples * token_width_, input_.data());
  cpu::run(*kernels_, input_proj_.task(input_.data(), samples, cpu::Epilogue::store, x_.data()));
  if (samples < rows_) std::copy_n(x_.data(), samples * width_, x_.data() + samples * width_);
  const float* modulations = modulations_.data();  // of all rows of the group, block after block
  for (const auto& block : blocks_) {
    run_block(block, modulations + step * rows_ * 3 * width_);
    modulations += group_size_ * rows_ * 3 * width_;
  }
  modulations += step * rows_ * 2 * width_;
  cpu::NormTask norm;
  norm.x = x_.data();
  norm.rows = rows_;
  norm.width = width_;
  norm.eps = kNormEps;
  norm.shift = modulations;
  norm.scale = modulations + width_;
  norm.modulation_stride = 2 * width_;
  norm.y = normed_.data();
  cpu::run(*kernels_, norm);
  cpu::run(*kernels_, final_.task(normed_.data(), rows_, cpu::Epilogue::store, both_.data()));
}

void CpuFlow::velocity(const float* z, std::int64_t samples, std::int64_t index, double scale, float* v) {
  if (index < group_first_ || index >= group_first_ + group_size_) compute_group(index);
  run_network(z, samples, index - group_first_);
  const std::int64_t count = samples * token_width_;
  if (samples == rows_) {
    std::copy_n(both_.data(), count, v);
    return;
  }
  const auto s = static_cast<float>(scale);
  for (std::int64_t i = 0; i < count; ++i) {
    const float unconditional = both_[static_cast<std::size_t>(count + i)];
    v[i] = unconditional + s * (both_[static_cast<std::size_t>(i)] - unconditional);
  }
}

void CpuFlow::sample(float* z, std::int64_t samples, double scale, const std::stop_token& stop) {
  const std::int64_t count = samples * token_width_;
  std::array<float*, SolverPlan::kHistory> history{};  // newest first
  for (std::size_t j = 0; j < history.size(); ++j) {
    history[j] = history_.data() + static_cast<std::int64_t>(j) * count;
  }
  for (std::size_t i = 0; i < plan_.times.size(); ++i) {
    if (stop.stop_requested()) throw Error(ErrorKind::cancelled, "", "stopped");
    std::ranges::rotate(history, history.end() - 1);
    velocity(z, samples, static_cast<std::int64_t>(i), scale, history[0]);
    const auto& step = plan_.steps[i];
    const auto t = static_cast<float>(plan_.times[i]), keep = static_cast<float>(step.keep);
    for (std::int64_t n = 0; n < count; ++n) {
      if (plan_.clean) history[0][n] = z[n] - t * history[0][n];
      float next = keep * z[n];
      for (std::size_t j = 0; j < history.size(); ++j) {
        if (step.weights[j] != 0.0) next += static_cast<float>(step.weights[j]) * history[j][n];
      }
      z[n] = next;
    }
  }
}

}  // namespace equi::sampling
