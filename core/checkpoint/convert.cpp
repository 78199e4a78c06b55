#include "core/checkpoint/convert.h"

#include <bit>
#include <cmath>
#include <cstring>

#include "core/base/error.h"

namespace equi {
namespace {

float from_bfloat16(std::uint16_t bits) {
  return std::bit_cast<float>(std::uint32_t{bits} << 16);
}

// IEEE 754 binary16: 1 sign, 5 exponent, 10 mantissa bits.
float from_half(std::uint16_t bits) {
  const int exponent = (bits >> 10) & 0x1f;
  const int mantissa = bits & 0x3ff;
  float magnitude = 0;
  if (exponent == 31) {
    magnitude = mantissa == 0 ? INFINITY : NAN;
  } else if (exponent == 0) {
    magnitude = std::ldexp(static_cast<float>(mantissa), -24);
  } else {
    magnitude = std::ldexp(static_cast<float>(mantissa + 1024), exponent - 25);
  }
  return (bits & 0x8000) != 0 ? -magnitude : magnitude;
}

template <class T>
T load(const std::byte* at) {
  T value{};
  std::memcpy(&value, at, sizeof(T));
  return value;
}

float element(const std::byte* at, DType dtype) {
  switch (dtype) {
    case DType::f64:
      return static_cast<float>(load<double>(at));
    case DType::f32:
      return load<float>(at);
    case DType::f16:
      return from_half(load<std::uint16_t>(at));
    case DType::bf16:
      return from_bfloat16(load<std::uint16_t>(at));
    default:
      throw Error(ErrorKind::unsupported, "", "a weight has integer elements");
  }
}

}  // namespace

std::uint16_t to_bfloat16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if (std::isnan(value)) return static_cast<std::uint16_t>((bits >> 16) | 0x40);
  return static_cast<std::uint16_t>((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

std::vector<std::byte> convert_elements(std::span<const std::byte> from, DType source, DType target,
                                        bool& finite) {
  const std::size_t width = size_of(source);
  const std::size_t count = from.size() / width;
  std::vector<std::byte> out(count * size_of(target));
  for (std::size_t i = 0; i < count; ++i) {
    const float value = element(from.data() + i * width, source);
    finite = finite && std::isfinite(value);
    if (target == DType::f32) {
      std::memcpy(out.data() + i * sizeof(float), &value, sizeof(float));
    } else {
      const std::uint16_t rounded = to_bfloat16(value);
      std::memcpy(out.data() + i * sizeof(rounded), &rounded, sizeof(rounded));
    }
  }
  return out;
}

}  // namespace equi
