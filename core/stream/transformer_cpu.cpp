#include "core/stream/transformer_cpu.h"

#include <algorithm>
#include <cstring>

#include "core/cpu/isa.h"
#include "core/model/rope.h"

namespace equi::stream {
namespace {

// Positions first, first + 1, ... as the kernels take them: for each, cos of every pair twice, then -sin,
// +sin.
std::vector<float> rope_rows(double first, std::int64_t count, std::int64_t head_width) {
  const auto table = model::rope_table(model::positions_from(first, count), head_width);  // [count, w/2, 2]
  const auto cos = table.select(-1, 0), sin = table.select(-1, 1);
  const auto rows =
      torch::stack({torch::stack({cos, cos}, -1).flatten(1), torch::stack({-sin, sin}, -1).flatten(1)}, 1)
          .contiguous();
  const float* data = rows.const_data_ptr<float>();
  return {data, data + rows.numel()};
}

// Number `row` of rows of `stride` numbers of the weight type.
const std::byte* at(const torch::Tensor& t, std::int64_t numbers) {
  return static_cast<const std::byte*>(t.const_data_ptr()) +
         static_cast<std::size_t>(numbers) * t.element_size();
}
std::byte* at(torch::Tensor& t, std::int64_t numbers) {
  return static_cast<std::byte*>(t.data_ptr()) + static_cast<std::size_t>(numbers) * t.element_size();
}

}  // namespace

CpuBlock::CpuBlock(const model::GeneratorBlockImpl& b)
    : norm1(b.norm1),
      norm2(b.norm2),
      cross_norm(b.cross_norm),
      cross_cond_norm(b.cross_cond_norm),
      qkv(b.attn->qkv),
      proj(b.attn->proj),
      cross_q(b.attn2->qkv),
      cross_k(b.attn2->k),
      cross_v(b.attn2->v),
      cross_proj(b.attn2->proj),
      fc1(b.mlp->fc1),
      fc2(b.mlp->fc2) {}

CpuTransformer::CpuTransformer(const model::Generator& generator, std::int64_t batch, bool both_branches)
    : kernels_(&model::cpu_kernels(*generator)),
      batch_(batch),
      rows_(both_branches ? 2 * batch : batch),
      width_(generator->config.width),
      heads_(generator->config.heads),
      head_width_(generator->config.head_width()),
      window_(generator->config.cond_length),
      z_proj_(generator->z_proj),
      z_proj_ln_(generator->z_proj_ln),
      encoder_norm_(generator->encoder_norm),
      relative_rope_(rope_rows(0.0, window_ + 1, head_width_)) {
  const auto& config = generator->config;
  for (const auto& module : *generator->encoder_blocks) {
    blocks_.emplace_back(*module->as<model::GeneratorBlockImpl>());
  }
  const auto numbers = [&](std::int64_t width) { return static_cast<std::size_t>(rows_ * width); };
  const std::int64_t most_keys = std::max<std::int64_t>(window_ + 1, config.condition_tokens);
  x_.resize(numbers(width_));
  qkv_.resize(numbers(3 * width_));
  scratch_.resize(numbers(heads_ * (most_keys + head_width_)));
  input_.resize(numbers(std::max<std::int64_t>(width_, config.token_width)) * kernels_->operand_bytes);
  hidden_.resize(numbers(config.mlp_width) * kernels_->operand_bytes);
  keys_at_.resize(static_cast<std::size_t>(most_keys));
  values_at_.resize(static_cast<std::size_t>(most_keys));
  row_strides_.resize(static_cast<std::size_t>(most_keys));
}

// The image stream before the first block; both branches start from the same token.
void CpuTransformer::embed(const float* pending) {
  const auto& wide = cpu::kernels(kernels_->isa, cpu::WeightType::float32);  // writes float32
  kernels_->to_operands(pending, batch_ * z_proj_.in(), input_.data());
  cpu::run(*kernels_, z_proj_.task(input_.data(), batch_, cpu::Epilogue::store, qkv_.data()));
  cpu::run(wide, z_proj_ln_.task(qkv_.data(), batch_, x_.data()));
  if (batch_ < rows_) std::copy_n(x_.data(), batch_ * width_, x_.data() + batch_ * width_);
}

void CpuTransformer::attend(cpu::AttendTask& task, std::int64_t keys) {
  task.rows = rows_;
  task.heads = heads_;
  task.head_width = head_width_;
  task.keys = keys;
  task.q = qkv_.data();
  task.keys_at = keys_at_.data();
  task.values_at = values_at_.data();
  task.row_strides = row_strides_.data();
  task.scratch = scratch_.data();
  task.y = input_.data();
  cpu::run(*kernels_, task);
}

// Attends to the old window and the new column, whose key and value go to the end of the new window.
void CpuTransformer::self_attention(const CpuBlock& block, const torch::Tensor& old_keys,
                                    const torch::Tensor& old_values, torch::Tensor& keys,
                                    torch::Tensor& values) {
  const std::int64_t before = old_keys.size(1), after = keys.size(1), kept = after - 1;
  const auto copy_kept = [&](const torch::Tensor& from, torch::Tensor& to, std::int64_t row) {
    std::memcpy(at(to, row * after * width_), at(from, (row * before + before - kept) * width_),
                static_cast<std::size_t>(kept * width_) * kernels_->weight_bytes);
  };
  cpu::run(*kernels_, block.norm1.task(x_.data(), rows_, input_.data()));
  cpu::run(*kernels_, block.qkv.task(input_.data(), rows_, cpu::Epilogue::store, qkv_.data()));
  for (std::int64_t row = 0; row < rows_; ++row) {
    if (kept > 0) {
      copy_kept(old_keys, keys, row);
      copy_kept(old_values, values, row);
    }
    const float* own = qkv_.data() + row * 3 * width_;
    kernels_->to_weights(own + width_, width_, at(keys, (row * after + kept) * width_));
    kernels_->to_weights(own + 2 * width_, width_, at(values, (row * after + kept) * width_));
  }
  for (std::int64_t j = 0; j <= before; ++j) {
    const auto slot = static_cast<std::size_t>(j);
    const bool own = j == before;
    keys_at_[slot] = own ? at(keys, kept * width_) : at(old_keys, j * width_);
    values_at_[slot] = own ? at(values, kept * width_) : at(old_values, j * width_);
    row_strides_[slot] = (own ? after : before) * width_;
  }
  cpu::AttendTask task;
  task.q_stride = 3 * width_;
  task.q_rope = relative_rope_.data() + before * 2 * head_width_;
  task.k_rope = relative_rope_.data();
  attend(task, before + 1);
  cpu::run(*kernels_, block.proj.task(input_.data(), rows_, cpu::Epilogue::add, x_.data()));
}

void CpuTransformer::cross_attention(const CpuBlock& block,
                                     const model::CrossAttentionImpl::KeysValues& condition) {
  const std::int64_t tokens = condition.k.size(1);
  cpu::run(*kernels_, block.cross_norm.task(x_.data(), rows_, input_.data()));
  cpu::run(*kernels_, block.cross_q.task(input_.data(), rows_, cpu::Epilogue::store, qkv_.data()));
  for (std::int64_t j = 0; j < tokens; ++j) {
    const auto slot = static_cast<std::size_t>(j);
    keys_at_[slot] = at(condition.k, j * width_);
    values_at_[slot] = at(condition.v, j * width_);
    row_strides_[slot] = tokens * width_;
  }
  cpu::AttendTask task;
  task.q_stride = width_;
  task.q_rope = cross_rope_.data();
  attend(task, tokens);
  cpu::run(*kernels_, block.cross_proj.task(input_.data(), rows_, cpu::Epilogue::add, x_.data()));
}

void CpuTransformer::feed_forward(const CpuBlock& block) {
  cpu::run(*kernels_, block.norm2.task(x_.data(), rows_, input_.data()));
  cpu::run(*kernels_, block.fc1.task(input_.data(), rows_, cpu::Epilogue::gelu, hidden_.data()));
  cpu::run(*kernels_, block.fc2.task(hidden_.data(), rows_, cpu::Epilogue::add, x_.data()));
}

void CpuTransformer::set_cross_position(double position) {
  if (position == cross_position_) return;
  cross_rope_ = rope_rows(position, 1, head_width_);
  cross_position_ = position;
}

void CpuTransformer::step(const float* pending, const SceneConditions& conditions, double cross_position,
                          const Windows& before, Windows& after, float* result) {
  set_cross_position(cross_position);
  embed(pending);
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    self_attention(blocks_[i], before.keys[i], before.values[i], after.keys[i], after.values[i]);
    cross_attention(blocks_[i], conditions.layers[i]);
    feed_forward(blocks_[i]);
  }
  const auto& wide = cpu::kernels(kernels_->isa, cpu::WeightType::float32);
  cpu::run(wide, encoder_norm_.task(x_.data(), rows_, result));
}

SceneConditions compute_conditions_on_cpu(const model::Generator& generator, const torch::Tensor& embedding) {
  const auto& kernels = model::cpu_kernels(*generator);
  const auto& config = generator->config;
  const auto type = generator->fake_latent.scalar_type();
  auto stream = generator->condition_tokens(embedding).to(torch::kFloat32).contiguous();  // [rows, C, d]
  const std::int64_t rows = stream.size(0) * stream.size(1), width = config.width;
  float* x = stream.data_ptr<float>();
  std::vector<std::byte> input(static_cast<std::size_t>(rows * width) * kernels.operand_bytes);
  std::vector<std::byte> hidden(static_cast<std::size_t>(rows * config.mlp_width) * kernels.operand_bytes);
  auto k = torch::empty_like(stream), v = torch::empty_like(stream);
  const auto heads = [&](const torch::Tensor& t) {
    return t.to(type, false, true).unflatten(-1, {config.heads, -1});  // a copy
  };
  SceneConditions result;
  for (const auto& module : *generator->encoder_blocks) {
    const CpuBlock block(*module->as<model::GeneratorBlockImpl>());
    cpu::run(kernels, block.cross_cond_norm.task(x, rows, input.data()));
    cpu::run(kernels, block.cross_k.task(input.data(), rows, cpu::Epilogue::store, k.data_ptr<float>()));
    cpu::run(kernels, block.cross_v.task(input.data(), rows, cpu::Epilogue::store, v.data_ptr<float>()));
    result.layers.push_back({heads(k), heads(v)});
    cpu::run(kernels, block.norm2.task(x, rows, input.data()));
    cpu::run(kernels, block.fc1.task(input.data(), rows, cpu::Epilogue::gelu, hidden.data()));
    cpu::run(kernels, block.fc2.task(hidden.data(), rows, cpu::Epilogue::add, x));
  }
  const auto last = stream.select(1, stream.size(1) - 1).contiguous();  // [rows, d]
  result.first = torch::empty_like(last);
  const auto& wide = cpu::kernels(kernels.isa, cpu::WeightType::float32);
  cpu::run(wide, model::CpuLayerNorm(generator->encoder_norm)
                     .task(last.const_data_ptr<float>(), last.size(0), result.first.data_ptr<float>()));
  return result;
}

}  // namespace equi::stream
