#include "core/cpu/int8.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace equi::cpu {
namespace {

constexpr float kMost = 127.0F;

std::int64_t chunks(std::int64_t in) {
  return (in + kInt8Chunk - 1) / kInt8Chunk;
}

}  // namespace

std::size_t int8_bytes(std::int64_t out, std::int64_t in) {
  const std::int64_t blocks = (out + kInt8Outputs - 1) / kInt8Outputs * chunks(in);
  return static_cast<std::size_t>(blocks * kInt8Outputs * kInt8Chunk);
}

void quantize_row(const float* w, std::int64_t in, std::int64_t o, std::int8_t* q, float* scale) {
  const bool finite = std::all_of(w, w + in, [](float x) { return std::isfinite(x); });
  if (!finite) {
    *scale = std::numeric_limits<float>::quiet_NaN();
    return;
  }
  float most = 0;
  for (std::int64_t i = 0; i < in; ++i) most = std::max(most, std::abs(w[i]));
  // Below the smallest normal number nothing is left of a weight.
  *scale = std::max(most / kMost, std::numeric_limits<float>::min());
  std::int8_t* block = q + o / kInt8Outputs * chunks(in) * kInt8Outputs * kInt8Chunk;
  for (std::int64_t i = 0; i < in; ++i) {
    const std::int64_t at = (i / kInt8Chunk * kInt8Outputs + o % kInt8Outputs) * kInt8Chunk + i % kInt8Chunk;
    block[at] = static_cast<std::int8_t>(std::clamp(std::nearbyint(w[i] / *scale), -kMost, kMost));
  }
}

}  // namespace equi::cpu
