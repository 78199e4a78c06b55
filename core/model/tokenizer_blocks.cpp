#include "core/model/tokenizer_blocks.h"

#include "core/model/norm_swish.h"

namespace equi::model {

ResnetBlockImpl::ResnetBlockImpl(std::int64_t in, std::int64_t out, std::int64_t groups)
    : norm1(register_module("norm1", GroupNorm(groups, in))),
      conv1(register_module("conv1", Conv2d(in, out, 3))),
      norm2(register_module("norm2", GroupNorm(groups, out))),
      conv2(register_module("conv2", Conv2d(out, out, 3))) {
  if (in != out) nin_shortcut = register_module("nin_shortcut", Conv2d(in, out, 1));
}

torch::Tensor ResnetBlockImpl::forward(const torch::Tensor& x) const {
  const auto h = conv2->forward(norm_swish(norm2, conv1->forward(norm_swish(norm1, x))));
  return h + (nin_shortcut.is_empty() ? x : nin_shortcut->forward(x));
}

AttnBlockImpl::AttnBlockImpl(std::int64_t channels, std::int64_t groups)
    : norm(register_module("norm", GroupNorm(groups, channels))),
      q(register_module("q", Conv2d(channels, channels, 1))),
      k(register_module("k", Conv2d(channels, channels, 1))),
      v(register_module("v", Conv2d(channels, channels, 1))),
      proj_out(register_module("proj_out", Conv2d(channels, channels, 1))) {}

torch::Tensor AttnBlockImpl::forward(const torch::Tensor& x) const {
  const auto normed = norm->forward(x);
  const auto positions = [&](const Conv2d& projection) {  // [B, 1, H*W, C]
    return projection->forward(normed).flatten(2).transpose(1, 2).unsqueeze(1);
  };
  const auto mixed = torch::scaled_dot_product_attention(positions(q), positions(k), positions(v));
  return x + proj_out->forward(mixed.squeeze(1).transpose(1, 2).reshape(x.sizes()));
}

MiddleImpl::MiddleImpl(std::int64_t channels, std::int64_t groups)
    : block_1(register_module("block_1", ResnetBlock(channels, channels, groups))),
      attn_1(register_module("attn_1", AttnBlock(channels, groups))),
      block_2(register_module("block_2", ResnetBlock(channels, channels, groups))) {}

torch::Tensor MiddleImpl::forward(const torch::Tensor& x) const {
  return block_2->forward(attn_1->forward(block_1->forward(x)));
}

// libtorch's own kernels, where the stride is square, work in any order of the numbers in memory; a reshape
// of a permuted view would leave the channels outermost whatever they were.
torch::Tensor pixel_unshuffle(const torch::Tensor& x, Stride s) {
  if (s.vertical == s.horizontal) return torch::pixel_unshuffle(x, s.vertical);
  const auto b = x.size(0), c = x.size(1), h = x.size(2) / s.vertical, w = x.size(3) / s.horizontal;
  return x.reshape({b, c, h, s.vertical, w, s.horizontal})
      .permute({0, 1, 3, 5, 2, 4})
      .reshape({b, c * s.area(), h, w});
}

torch::Tensor pixel_shuffle(const torch::Tensor& x, Stride s) {
  if (s.vertical == s.horizontal) return torch::pixel_shuffle(x, s.vertical);
  const auto b = x.size(0), c = x.size(1) / s.area(), h = x.size(2), w = x.size(3);
  return x.reshape({b, c, s.vertical, s.horizontal, h, w})
      .permute({0, 1, 4, 2, 5, 3})
      .reshape({b, c, h * s.vertical, w * s.horizontal});
}

ShuffleConvImpl::ShuffleConvImpl(std::int64_t in, std::int64_t out)
    : conv(register_module("conv", Conv2d(in, out, 3))) {}

DownsampleImpl::DownsampleImpl(std::int64_t channels, Stride s)
    : stride(s), conv(register_module("conv", ShuffleConv(channels, channels / s.area()))) {}

// The mean over the places that an unshuffled channel collects is the mean over a window of the picture.
torch::Tensor DownsampleImpl::forward(const torch::Tensor& x) const {
  return pixel_unshuffle(conv->conv->forward(x), stride) +
         torch::avg_pool2d(x, {stride.vertical, stride.horizontal});
}

UpsampleImpl::UpsampleImpl(std::int64_t channels, Stride s)
    : stride(s), conv(register_module("conv", ShuffleConv(channels, channels * s.area()))) {}

// A channel that is repeated `area` times and shuffled is that channel with every pixel repeated: the sum
// needs no repeated tensor, and goes to its place in one pass.
torch::Tensor UpsampleImpl::forward(const torch::Tensor& x) const {
  const auto b = x.size(0), c = x.size(1), h = x.size(2), w = x.size(3);
  const auto shuffled = conv->conv->forward(x);
  if (torch::GradMode::is_enabled() && shuffled.requires_grad()) {
    const std::vector<std::int64_t> larger = {h * stride.vertical, w * stride.horizontal};
    return pixel_shuffle(shuffled, stride) + torch::upsample_nearest2d(x, larger);
  }
  const auto y = shuffled.view({b, c, stride.vertical, stride.horizontal, h, w});
  const auto repeated = x.view({b, c, 1, 1, h, w});
  auto out = torch::empty({b, c, h * stride.vertical, w * stride.horizontal},
                          y.options().memory_format(x.suggest_memory_format()));
  auto places = out.view({b, c, h, stride.vertical, w, stride.horizontal}).permute({0, 1, 3, 5, 2, 4});
  torch::add_out(places, y, repeated);
  return out;
}

LevelImpl::LevelImpl(std::int64_t in, std::int64_t out, std::int64_t blocks, bool attention,
                     std::int64_t groups)
    : block(register_module("block", torch::nn::ModuleList())),
      attn(register_module("attn", torch::nn::ModuleList())) {
  for (std::int64_t i = 0; i < blocks; ++i) {
    block->push_back(ResnetBlock(i == 0 ? in : out, out, groups));
    if (attention) attn->push_back(AttnBlock(out, groups));
  }
}

torch::Tensor LevelImpl::forward(torch::Tensor h) const {
  for (std::size_t i = 0; i < block->size(); ++i) {
    h = block->at<ResnetBlockImpl>(i).forward(h);
    if (!attn->is_empty()) h = attn->at<AttnBlockImpl>(i).forward(h);
  }
  if (!downsample.is_empty()) return downsample->forward(h);
  return upsample.is_empty() ? h : upsample->forward(h);
}

void LevelImpl::add_downsample(std::int64_t channels, Stride stride) {
  downsample = register_module("downsample", Downsample(channels, stride));
}

void LevelImpl::add_upsample(std::int64_t channels, Stride stride) {
  upsample = register_module("upsample", Upsample(channels, stride));
}

}  // namespace equi::model
