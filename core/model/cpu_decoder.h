#pragma once

#include <memory>
#include <vector>

#include "core/cpu/kernels.h"
#include "core/model/tokenizer.h"

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
  struct Convolution {
    torch::Tensor weight, bias;  // the weight with its channels innermost
  };
  struct Resnet {
    GroupNorm norm1{nullptr}, norm2{nullptr};
    Convolution conv1, conv2, shortcut;  // shortcut.weight undefined: x itself
  };
  struct Attention {
    GroupNorm norm{nullptr};
    torch::Tensor weight, bias;          // q, k and v: [3 C, C], [3 C]
    torch::Tensor out_weight, out_bias;  // [C, C], [C]
  };
  struct Level {
    std::vector<Resnet> blocks;
    std::vector<Attention> attention;  // after each block, or none
    Convolution enlarge;               // undefined: the last level
    Stride stride;
  };

  CpuDecoder(const Tokenizer& tokenizer, const cpu::Kernels& kernels);

  static Convolution convolution_of(const torch::Tensor& weight, const torch::Tensor& bias);
  static Resnet resnet_of(const ResnetBlockImpl& block);
  static Attention attention_of(const AttnBlockImpl& block);

  // Pictures are [B, H, W, C], contiguous.
  torch::Tensor bordered(const torch::Tensor& x) const;
  torch::Tensor normed(const GroupNorm& norm, const torch::Tensor& x, bool swish, std::int64_t border) const;
  torch::Tensor scales(const GroupNorm& norm, const torch::Tensor& x) const;
  torch::Tensor image(const torch::Tensor& x, const torch::Tensor& scales, bool swish,
                      std::int64_t border) const;
  void add(const torch::Tensor& x, const torch::Tensor& y) const;
  torch::Tensor run(const Resnet& block, const torch::Tensor& x) const;
  torch::Tensor run(const Attention& block, const torch::Tensor& x) const;
  torch::Tensor enlarged(const Level& level, const torch::Tensor& x) const;

  const cpu::Kernels& kernels_;
  Decoder decoder_;
  Conv1d post_quant_layer_;
  Convolution conv_in_, conv_out_;
  Resnet before_, after_;
  Attention between_;
  std::vector<Level> levels_;  // the smallest first
};

}  // namespace equi::model
