// CUDA's bfloat16, as far as core/cuda uses it (emulation.h).
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#include "tests/cuda/emulation/vector_types.h"

struct __nv_bfloat16 {
  std::uint16_t bits;
};
struct alignas(4) __nv_bfloat162 {
  __nv_bfloat16 x, y;
};

inline float __bfloat162float(__nv_bfloat16 v) {
  return std::bit_cast<float>(std::uint32_t{v.bits} << 16U);
}
inline __nv_bfloat16 __float2bfloat16(float v) {  // to the nearest, ties to even
  const auto bits = std::bit_cast<std::uint32_t>(v);
  if (std::isnan(v)) return {0x7FFF};
  return {static_cast<std::uint16_t>((bits + 0x7FFFU + ((bits >> 16U) & 1U)) >> 16U)};
}
inline float2 __bfloat1622float2(__nv_bfloat162 v) {
  return {__bfloat162float(v.x), __bfloat162float(v.y)};
}
inline __nv_bfloat162 __float22bfloat162_rn(float2 v) {
  return {__float2bfloat16(v.x), __float2bfloat16(v.y)};
}
