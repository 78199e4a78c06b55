#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/checkpoint/dtype.h"

namespace equi {

// bfloat16 of a float, rounded to nearest even; NaN stays NaN.
std::uint16_t to_bfloat16(float value);

// Converts floating-point elements in `from` (f64, f32, f16 or bf16, little-endian, any alignment) to
// `target` (f32 or bf16); returns the converted bytes. `finite` becomes false when a value is NaN or
// infinite. Throws Error(unsupported) for other types.
std::vector<std::byte> convert_elements(std::span<const std::byte> from, DType source, DType target,
                                        bool& finite);

}  // namespace equi
