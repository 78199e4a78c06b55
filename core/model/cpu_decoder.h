#pragma once

#include <memory>

#include "core/cpu/kernels.h"
#include "core/model/decoder_weights.h"

namespace equi::model {

// The tokenizer's decoder on the CPU, for inference: the numbers of Tokenizer::decode up to rounding, several
// times as fast. Channels are innermost throughout; weights of convolutions are in oneDNN's own order; norm,
// swish and reflected border are one pass over a picture, a shortcut and an enlargement one each.
// Thread-safe: nothing changes after construction.
class CpuDecoder {
 public:
  // The tokenizer's: the same one as long as somebody holds it, so that its copy of the convolutions'
  // weights, as they were when it was made, exists once. Null where it does not apply: weights elsewhere than
  // on the CPU, a type that this processor has no kernels for, a libtorch without oneDNN.
  static std::shared_ptr<const CpuDecoder> of(const Tokenizer& tokenizer);
  ~CpuDecoder();
  CpuDecoder(const CpuDecoder&) = delete;
  CpuDecoder& operator=(const CpuDecoder&) = delete;

  // Tokens [B, T, E] of the weights' type, T >= 2 -> image [B, 3, H, T * column_pixels] of that type.
  torch::Tensor decode(const torch::Tensor& tokens) const;

 private:
  using Weights = DecoderWeights;

  CpuDecoder(const Tokenizer& tokenizer, const cpu::Kernels& kernels);

  // Pictures are [B, H, W, C], contiguous.
  torch::Tensor bordered(const torch::Tensor& x) const;
  torch::Tensor normed(const Weights::Norm& norm, const torch::Tensor& x, bool swish,
                       std::int64_t border) const;
  torch::Tensor scales(const Weights::Norm& norm, const torch::Tensor& x) const;
  torch::Tensor image(const torch::Tensor& x, const torch::Tensor& scales, bool swish,
                      std::int64_t border) const;
  void add(const torch::Tensor& x, const torch::Tensor& y) const;
  torch::Tensor run(const Weights::Resnet& block, const torch::Tensor& x) const;
  torch::Tensor run(const Weights::Attention& block, const torch::Tensor& x) const;
  torch::Tensor enlarged(const Weights::Level& level, const torch::Tensor& x) const;

  const cpu::Kernels& kernels_;
  Weights weights_;
};

}  // namespace equi::model
