#pragma once

#include "core/model/layers.h"

// Building blocks of the tokenizer (algorithm.md section 1). All tensors are [B, C, H, W].
namespace equi::model {

// norm-swish-conv, norm-swish-conv, plus a 1x1 shortcut when the channels change.
struct ResnetBlockImpl : torch::nn::Module {
  ResnetBlockImpl(std::int64_t in, std::int64_t out, std::int64_t groups);
  torch::Tensor forward(const torch::Tensor& x) const;
  GroupNorm norm1;
  Conv2d conv1;
  GroupNorm norm2;
  Conv2d conv2;
  Conv2d nin_shortcut{nullptr};
};
TORCH_MODULE(ResnetBlock);

// Single-head attention over all H*W positions, residual.
struct AttnBlockImpl : torch::nn::Module {
  AttnBlockImpl(std::int64_t channels, std::int64_t groups);
  torch::Tensor forward(const torch::Tensor& x) const;
  GroupNorm norm;
  Conv2d q, k, v, proj_out;
};
TORCH_MODULE(AttnBlock);

// block_1, attn_1, block_2.
struct MiddleImpl : torch::nn::Module {
  MiddleImpl(std::int64_t channels, std::int64_t groups);
  torch::Tensor forward(const torch::Tensor& x) const;
  ResnetBlock block_1;
  AttnBlock attn_1;
  ResnetBlock block_2;
};
TORCH_MODULE(Middle);

// The factors of one resampling: 2 vertically, 2 or 1 horizontally.
struct Stride {
  std::int64_t vertical = 2;
  std::int64_t horizontal = 2;
  std::int64_t area() const { return vertical * horizontal; }
};

// [B, C, H, W] -> [B, C*area, H/2, W/h]; channel order (c, dy, dx).
torch::Tensor pixel_unshuffle(const torch::Tensor& x, Stride stride);
// [B, C, H, W] -> [B, C/area, 2H, hW]; the inverse.
torch::Tensor pixel_shuffle(const torch::Tensor& x, Stride stride);

// Holds the convolution under the name `conv`, as the authors nest it (`downsample.conv.conv.weight`).
struct ShuffleConvImpl : torch::nn::Module {
  ShuffleConvImpl(std::int64_t in, std::int64_t out);
  Conv2d conv;
};
TORCH_MODULE(ShuffleConv);

// conv (C -> C/area) and unshuffle, plus the unshuffled input averaged over groups of `area` channels.
struct DownsampleImpl : torch::nn::Module {
  DownsampleImpl(std::int64_t channels, Stride stride);
  torch::Tensor forward(const torch::Tensor& x) const;
  Stride stride;
  ShuffleConv conv;
};
TORCH_MODULE(Downsample);

// conv (C -> C*area) and shuffle, plus the input's channels repeated `area` times and shuffled.
struct UpsampleImpl : torch::nn::Module {
  UpsampleImpl(std::int64_t channels, Stride stride);
  torch::Tensor forward(const torch::Tensor& x) const;
  Stride stride;
  ShuffleConv conv;
};
TORCH_MODULE(Upsample);

// One resolution level of the encoder (`down.N`) or the decoder (`up.N`): ResNet blocks, each followed by
// attention where the level has it, then the resampling if there is one.
struct LevelImpl : torch::nn::Module {
  LevelImpl(std::int64_t in, std::int64_t out, std::int64_t blocks, bool attention, std::int64_t groups);
  torch::Tensor forward(torch::Tensor h) const;
  void add_downsample(std::int64_t channels, Stride stride);
  void add_upsample(std::int64_t channels, Stride stride);

  torch::nn::ModuleList block, attn;
  Downsample downsample{nullptr};
  Upsample upsample{nullptr};
};
TORCH_MODULE(Level);

}  // namespace equi::model
