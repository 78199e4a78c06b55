#pragma once

#include <cstdint>

#include "core/model/weights.h"
#include "core/stream/settings.h"

namespace equi::stream {

// How far quicker numbers (another precision, our kernels) are from float32 with libtorch's operators, on the
// same noise.
struct NumericsReport {
  // Relative errors of tokens, ||ours - exact|| / ||exact||, of columns that follow the exact columns before
  // them, ...
  double token_error_mean = 0, token_error_worst = 0;
  // ... and of columns that follow their own, where errors add up: over the last quarter of the row.
  double token_error_on_its_own = 0;
  static constexpr double kEqual = 99.0;  // dB that stand for pictures without a difference

  // Decoded pictures (8 bits a channel) against the exact one, dB: of the first kind of columns, of the
  // second kind, and of the exact tokens through our decoder.
  double psnr = 0, psnr_on_its_own = 0, psnr_of_decoder = 0;

  // [H, columns * 16, 3] uint8: the exact row, and the row that is ours alone, decoded by our decoder.
  torch::Tensor exact_picture, own_picture;
};

// Makes `columns` >= 16 columns of `scene` both ways and compares. `exact` is a model in float32; `ours` the
// same model as it is to be used, on its device.
NumericsReport compare_numerics(const model::Model& exact, const model::Model& ours,
                                const GenerationSettings& settings, std::int64_t scene, std::int64_t columns,
                                std::uint64_t seed);

}  // namespace equi::stream
