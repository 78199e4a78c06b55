#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "core/model/tokenizer.h"

namespace equi::model {

// The weights of the tokenizer's decoder as decoders for inference want them, with channels innermost. They
// share the tokenizer's memory where they can: while they exist, its weights must stay as and where they are.
struct DecoderWeights {
  struct Convolution {
    torch::Tensor weight, bias;  // the weight's channels lie innermost
  };
  struct Norm {
    std::int64_t groups = 1;
    torch::Tensor weight, bias;  // [C] float32
  };
  struct Resnet {
    Norm norm1, norm2;
    Convolution conv1, conv2, shortcut;  // shortcut.weight undefined: x itself
  };
  struct Attention {
    Norm norm;
    torch::Tensor weight, bias;  // q, k and v: [3 C, C], [3 C]
    Convolution out;             // [C, C], [C]
  };
  struct Level {
    std::vector<Resnet> blocks;
    std::vector<Attention> attention;  // after each block, or none
    Convolution enlarge;               // outputs (dy, dx, c); weight undefined: the last level
    Stride stride;
  };

  // Biases of convolutions, and of an attention's output, are of `bias_type`; all other weights stay what
  // they are.
  DecoderWeights(const Tokenizer& tokenizer, torch::ScalarType bias_type);

  Decoder decoder;
  Conv1d post_quant_layer;
  Convolution conv_in, conv_out;
  Resnet before, after;
  Attention between;
  std::vector<Level> levels;  // the smallest first
  Norm norm_out;
};

// One decoder of a kind for each tokenizer's decoder that somebody works with. Thread-safe.
template <class Kind>
class HeldDecoders {
 public:
  // The one that is held, or what `make` makes.
  template <class Make>
  std::shared_ptr<const Kind> get(const Tokenizer& tokenizer, const Make& make) {
    const std::scoped_lock lock(mutex_);
    std::erase_if(held_, [](const auto& each) { return each.second.expired(); });
    auto& place = held_.try_emplace(tokenizer->decoder.get()).first->second;
    auto decoder = place.lock();
    if (decoder == nullptr) {
      const torch::InferenceMode inference;
      decoder = make();
      place = decoder;
    }
    return decoder;
  }

 private:
  std::mutex mutex_;
  // A decoder that is held keeps its module, so that no other one has its address.
  std::map<const DecoderImpl*, std::weak_ptr<const Kind>> held_;
};

}  // namespace equi::model
