#pragma once

#include "core/checkpoint/architecture.h"
#include "core/model/layers.h"

// One transformer block of the generator (algorithm.md section 2). Shapes: image tokens x [B, T, d],
// condition tokens [B, C, d] (C = condition_tokens), heads split as [B, T, heads, head_width].
namespace equi::model {

// Windowed causal self-attention of the image tokens.
struct SelfAttentionImpl : torch::nn::Module {
  SelfAttentionImpl(std::int64_t width, std::int64_t head_count);

  struct Projected {
    torch::Tensor q, k, v;  // [B, T, heads, head_width], q and k already rotated
  };
  // x: [B, T, d] (normed), rope: [T, head_width/2, 2].
  Projected project(const torch::Tensor& x, const torch::Tensor& rope) const;
  // mask: [T, K] bool, true where a query may look. Keys and values may be longer than the queries.
  torch::Tensor attend(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v,
                       const torch::Tensor& mask, double dropout) const;

  std::int64_t heads;
  Linear qkv, proj;
};
TORCH_MODULE(SelfAttention);

// Cross-attention of the image tokens to the condition tokens; RoPE on q only.
struct CrossAttentionImpl : torch::nn::Module {
  CrossAttentionImpl(std::int64_t width, std::int64_t head_count);

  struct KeysValues {
    torch::Tensor k, v;  // [B, C, heads, head_width]
  };
  KeysValues keys_values(const torch::Tensor& condition) const;  // condition: [B, C, d] (normed)
  torch::Tensor forward(const torch::Tensor& x, const KeysValues& condition, const torch::Tensor& rope,
                        double dropout) const;

  std::int64_t heads;
  Linear qkv;  // the q projection, under the authors' name
  Linear proj, k, v;
};
TORCH_MODULE(CrossAttention);

// fc1, exact GELU, fc2.
struct MlpImpl : torch::nn::Module {
  MlpImpl(std::int64_t width, std::int64_t hidden);
  torch::Tensor forward(const torch::Tensor& x, double dropout) const;
  Linear fc1, fc2;
};
TORCH_MODULE(Mlp);

struct GeneratorBlockImpl : torch::nn::Module {
  explicit GeneratorBlockImpl(const GeneratorConfig& config);

  // The three steps; each returns the stream with its residual added.
  torch::Tensor self_attention(const torch::Tensor& image, const torch::Tensor& rope,
                               const torch::Tensor& mask) const;
  torch::Tensor cross_attention(const torch::Tensor& image, const CrossAttentionImpl::KeysValues& condition,
                                const torch::Tensor& rope) const;
  torch::Tensor feed_forward(const torch::Tensor& tokens) const;

  // This layer's cross-attention keys and values of the condition stream [B, C, d].
  CrossAttentionImpl::KeysValues condition_keys_values(const torch::Tensor& condition) const;

  LayerNorm norm1, norm2, cross_norm, cross_cond_norm;
  SelfAttention attn;
  CrossAttention attn2;
  Mlp mlp;
  double attention_dropout, projection_dropout;  // training only

 private:
  torch::Tensor drop(const torch::Tensor& x) const;
};
TORCH_MODULE(GeneratorBlock);

}  // namespace equi::model
