#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <vector>

#include <torch/torch.h>

#include "core/inspect/equivariance_result.h"
#include "core/model/tokenizer.h"

namespace equi::inspect {

// What is checked: a pair of functions between pictures and rows of tokens. Any tokenizer can be one.
struct Codec {
  std::function<torch::Tensor(const torch::Tensor&)> encode;  // [1, 3, H, w * px] -> [1, w, E]
  std::function<torch::Tensor(const torch::Tensor&)> decode;  // and back
  int column_pixels = 16;                                     // px
};

// The tokenizer's own encode and decode, on its device.
Codec codec_of(const model::Tokenizer& tokenizer);

// Measures on a picture [3, H, W] in [-1, 1] (see equivariance_result.h). Throws Error(bad_input) when the
// picture has too few columns or a shift is not between 1 and 1024 pixels, Error(cancelled) when stopped.
Equivariance check_equivariance(
    const Codec& codec, const torch::Tensor& picture, const EquivarianceSettings& settings,
    const std::function<void(std::int64_t done, std::int64_t total)>& progress = {},
    const std::stop_token& stop = {});

}  // namespace equi::inspect
