#pragma once

#include <cstddef>
#include <vector>

#include "core/model/cpu_layers.h"
#include "core/model/generator.h"
#include "core/stream/generator_state.h"
#include "core/stream/scene.h"

namespace equi::stream {

// A generator block as the kernels of core/cpu see it.
struct CpuBlock {
  explicit CpuBlock(const model::GeneratorBlockImpl& block);
  model::CpuLayerNorm norm1, norm2, cross_norm, cross_cond_norm;
  model::CpuLinear qkv, proj, cross_q, cross_k, cross_v, cross_proj, fc1, fc2;
};

// One column through the transformer on the kernels of core/cpu: what ContextStream's plain path does, on
// memory that is laid out once. Not thread-safe.
class CpuTransformer {
 public:
  // Precondition: model::fits_cpu_kernels(*generator), cond_length > 0. R = batch, or 2 * batch.
  CpuTransformer(const model::Generator& generator, std::int64_t batch, bool both_branches);

  // pending: [B, E] float32, contiguous, the newest column. before: the window before it. after: the window
  // with it, tensors of the right shape, overwritten; n' = min(n + 1, cond_length). result: [R, d].
  void step(const float* pending, const SceneConditions& conditions, double cross_position,
            const Windows& before, Windows& after, float* result);

 private:
  void embed(const float* pending);
  void self_attention(const CpuBlock& block, const torch::Tensor& old_keys, const torch::Tensor& old_values,
                      torch::Tensor& keys, torch::Tensor& values);
  void cross_attention(const CpuBlock& block, const model::CrossAttentionImpl::KeysValues& condition);
  void feed_forward(const CpuBlock& block);
  void attend(cpu::AttendTask& task, std::int64_t keys);
  void set_cross_position(double position);

  const cpu::Kernels* kernels_;
  std::int64_t batch_, rows_, width_, heads_, head_width_, window_;
  model::CpuLinear z_proj_;
  model::CpuLayerNorm z_proj_ln_, encoder_norm_;
  std::vector<CpuBlock> blocks_;
  std::vector<float> relative_rope_;  // [window + 1, 2, head_width], positions 0, 1, ...
  std::vector<float> cross_rope_;     // [2, head_width]
  double cross_position_ = -1.0;
  std::vector<float> x_;           // [R, d], the stream
  std::vector<float> qkv_;         // [R, 3d]
  std::vector<float> scratch_;     // [R, heads, keys + head_width]
  std::vector<std::byte> input_;   // [R, max(E, d)] operands
  std::vector<std::byte> hidden_;  // [R, mlp] operands
  std::vector<const void*> keys_at_, values_at_;
  std::vector<std::int64_t> row_strides_;
};

// What compute_conditions does, on the kernels of core/cpu. embedding: [rows, d].
SceneConditions compute_conditions_on_cpu(const model::Generator& generator, const torch::Tensor& embedding);

}  // namespace equi::stream
