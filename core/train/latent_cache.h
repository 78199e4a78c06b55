#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>

#include "core/base/device.h"
#include "core/model/tokenizer.h"
#include "core/train/picture_cache.h"

namespace equi::train {

// Pictures as a generator's training sees them: rows of tokens, encoded once.
struct LatentCache {
  torch::Tensor tokens;           // [N, columns, E] float32, generator space (times vae_norm)
  torch::Tensor labels;           // [N] int64
  torch::Tensor held_out_tokens;  // [M, columns, E]
  torch::Tensor held_out_labels;  // [M]
  double vae_norm = 1.0;          // 1 / standard deviation of the posterior means, measured here
};

struct LatentSettings {
  std::int64_t count = 4096;   // training crops, half of them flipped
  std::int64_t held_out = 48;  // crops of held-out pictures
  std::int64_t columns = 24;   // of a crop
  std::uint64_t seed = 1;
  Precision precision = Precision::float32;  // of the encoder
  torch::Device device = torch::kCPU;
};

// Encodes crops with `tokenizer` (float32 weights). `origin` names the tokenizer and the pictures: `file` is
// used as it is when it was made from the same with the same settings, otherwise it is written anew.
// Throws Error(cancelled) when stopped, Error(io) when the disk is full.
LatentCache encode_latents(const std::filesystem::path& file, const model::Tokenizer& tokenizer,
                           const PictureCache& pictures, const LatentSettings& settings,
                           const std::string& origin, std::int64_t workers,
                           const std::function<void(std::int64_t done, std::int64_t total)>& progress = {},
                           const std::stop_token& stop = {});

}  // namespace equi::train
