#pragma once

#include <memory>

#include "core/cuda/kernels.h"
#include "core/model/decoder_weights.h"

namespace equi::model {

// The tokenizer's decoder on a GPU in bfloat16, for inference: the numbers of Tokenizer::decode up to
// rounding, several times as fast. Channels are innermost throughout; what lies between the convolutions,
// their biases included, is done by kernels of our own, in one or two passes over a picture. Never waits for
// the device, so that a graph can capture it. Thread-safe: nothing changes after construction.
class CudaDecoder {
 public:
  // What carries out operations on pictures: equi_cuda_run_picture_ops of our CUDA library, or in its place
  // something that takes memory of the CPU.
  using Kernels = decltype(&equi_cuda_run_picture_ops);

  // The tokenizer's: the same one as long as somebody holds it, so that its copies of some weights exist once
  // (DecoderWeights: the tokenizer's must not change meanwhile). Null where it does not apply: weights not on
  // a GPU or not bfloat16, a GPU that our kernels do not fit or without our library, channels that are no
  // multiple of 8.
  static std::shared_ptr<const CudaDecoder> of(const Tokenizer& tokenizer);
  // One of its own with other kernels, on whatever device the tokenizer is; null where weights or channels do
  // not fit.
  static std::shared_ptr<const CudaDecoder> with(const Tokenizer& tokenizer, Kernels kernels);

  // Tokens [B, T, E] bfloat16, T >= 2 -> image [B, 3, H, T * column_pixels] float32. On libtorch's current
  // stream.
  torch::Tensor decode(const torch::Tensor& tokens) const;

 private:
  using Weights = DecoderWeights;
  class Pass;  // one decoding

  CudaDecoder(const Tokenizer& tokenizer, Kernels kernels);

  Kernels kernels_;
  Weights weights_;  // the bias of a shortcut is in that of the convolution it is added to
  torch::Tensor from_tokens_, from_features_;  // the convolutions of columns as matrices: [out, in * 3]
};

}  // namespace equi::model
