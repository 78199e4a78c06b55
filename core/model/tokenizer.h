#pragma once

#include "core/checkpoint/architecture.h"
#include "core/model/tokenizer_blocks.h"

namespace equi::model {

// Image -> one feature vector per column (algorithm.md section 1).
struct EncoderImpl : torch::nn::Module {
  explicit EncoderImpl(const TokenizerConfig& config);
  // [B, 3, H, W] -> [B, T, column_features]
  torch::Tensor forward(const torch::Tensor& image) const;
  Conv2d conv_in;
  torch::nn::ModuleList down;
  Middle mid{nullptr};
  GroupNorm norm_out{nullptr};
  Conv2d conv_out{nullptr};
  Conv1d encoder1d{nullptr};
};
TORCH_MODULE(Encoder);

// Column features -> image.
struct DecoderImpl : torch::nn::Module {
  explicit DecoderImpl(const TokenizerConfig& config);
  // [B, T, column_features] -> [B, 3, H, W]
  torch::Tensor forward(const torch::Tensor& columns) const;
  std::int64_t z_channels;
  Conv2d conv_in{nullptr};
  Middle mid{nullptr};
  torch::nn::ModuleList up;
  GroupNorm norm_out{nullptr};
  Conv2d conv_out{nullptr};
  Conv1d decoder1d{nullptr};
};
TORCH_MODULE(Decoder);

// The whole tokenizer: image <-> row of 1-D tokens, one for each column of `config.column_pixels()` pixels.
struct TokenizerImpl : torch::nn::Module {
  explicit TokenizerImpl(const TokenizerConfig& config);

  // Image [B, 3, H, W] in [-1, 1], W = T * column_pixels, T >= 2 -> posterior means [B, T, E].
  // Throws Error(bad_input) for another height, a width that is no multiple of a column, or one column only
  // (the reflected convolutions need a neighbour).
  torch::Tensor encode(const torch::Tensor& image) const;

  // Tokens [B, T, E], T >= 2 -> image [B, 3, H, T * column_pixels], about [-1, 1] (not clamped).
  // GroupNorm and attention see the whole width: a long strip goes through windows (section 5).
  torch::Tensor decode(const torch::Tensor& tokens) const;

  const TokenizerConfig config;
  Encoder encoder;
  Decoder decoder;
  Conv1d quant_layer;       // column_features -> E
  Conv1d post_quant_layer;  // E -> column_features
};
TORCH_MODULE(Tokenizer);

}  // namespace equi::model
