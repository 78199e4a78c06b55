#pragma once

#include <optional>

#include "core/checkpoint/architecture.h"
#include "core/model/flow_head.h"
#include "core/model/generator_block.h"

namespace equi::model {

// The authors nest the flow network as `diffloss.net`.
struct FlowHeadImpl : torch::nn::Module {
  explicit FlowHeadImpl(const GeneratorConfig& config);
  FlowNet net;
};
TORCH_MODULE(FlowHead);

// Class + past columns -> condition for the next column -> token (algorithm.md sections 2 and 3).
// Tokens are in generator space (tokenizer space * vae_norm).
struct GeneratorImpl : torch::nn::Module {
  explicit GeneratorImpl(const GeneratorConfig& config);

  // labels [B] int64 in [0, class_count) -> class embeddings [B, d].
  torch::Tensor class_embedding(const torch::Tensor& labels) const;
  // The embedding of the unconditional branch, [B, d].
  torch::Tensor unconditional_embedding(std::int64_t batch) const;

  // The condition stream before the first block: [B, C, d] from class embeddings [B, d].
  torch::Tensor condition_tokens(const torch::Tensor& embedding) const;
  // The image stream before the first block: [B, T, d] from tokens [B, T, E].
  torch::Tensor image_tokens(const torch::Tensor& tokens) const;

  // The full forward: conditions for columns 0..T-1, [B, T, d], from tokens [B, T, E] of which the last one
  // is not looked at. Positions are 0..T-1 plus `rope_shift`.
  torch::Tensor forward(const torch::Tensor& tokens, const torch::Tensor& embedding,
                        double rope_shift = 0.0) const;

  // Mean squared velocity error (section 3). tokens [B, T, E]; t [M] in [0, 1) and noise [M, E] with
  // M = B * T * diffusion_batch_mul, repetitions outermost.
  torch::Tensor loss(const torch::Tensor& tokens, const torch::Tensor& embedding, const torch::Tensor& t,
                     const torch::Tensor& noise, double rope_shift = 0.0) const;

  const GeneratorConfig config;
  torch::Tensor fake_latent;                // [1, d]
  torch::Tensor encoder_pos_embed_learned;  // [1, C, d]
  Embedding class_emb;
  Linear z_proj;
  LayerNorm z_proj_ln;
  torch::nn::ModuleList encoder_blocks;
  LayerNorm encoder_norm;
  FlowHead diffloss;
};
TORCH_MODULE(Generator);

// Which earlier columns a column sees: [T, T] bool, true where i - cond_length <= j <= i; cond_length 0 means
// all earlier ones.
torch::Tensor window_mask(std::int64_t columns, std::int64_t cond_length);

// v_uncond + scale * (v_cond - v_uncond), both halves of a batch [2N, E] (conditional first) -> [N, E].
torch::Tensor guide(const torch::Tensor& velocities, double scale);

}  // namespace equi::model
