#pragma once

#include "core/inspect/token_row.h"
#include "tests/stream/stream_fixture.h"

namespace equi::inspect {

using stream::golden_model;

inline constexpr stream::WindowLayout kLayout{16, 8, 4};

inline std::int64_t golden_width() {
  return golden_model().manifest.tokenizer.token_width;
}

// `count` tokens [count, E] of the golden tokenizer's scale.
inline torch::Tensor golden_tokens(std::int64_t count, std::uint64_t seed = 9) {
  std::vector<torch::Tensor> tokens;
  for (std::int64_t c = 0; c < count; ++c) {
    tokens.push_back(sampling::column_noise({seed, sampling::Frame::forward, c, 0}, golden_width()) *
                     golden_model().manifest.vae_norm);
  }
  return torch::stack(tokens);
}

inline TokenRow golden_row(std::int64_t count, std::int64_t first = 0) {
  return {golden_model().tokenizer, golden_model().manifest.vae_norm, kLayout, golden_tokens(count), first};
}

inline std::vector<float> flat(const torch::Tensor& tokens) {
  const auto t = tokens.contiguous();
  return {t.data_ptr<float>(), t.data_ptr<float>() + t.numel()};
}

}  // namespace equi::inspect
