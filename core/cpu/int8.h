#pragma once

#include <cstddef>
#include <cstdint>

#include "core/cpu/kernels.h"

namespace equi::cpu {

// Bytes of a matrix [out, in] in 8 bits, with what fills up its blocks (kernels.h).
std::size_t int8_bytes(std::int64_t out, std::int64_t in);

// Output o of such a matrix: the scale is the largest magnitude of the row / 127, what is stored within half
// a scale of w. A row with a number that is not finite gets the scale NaN, so that what is made with it is
// seen to be broken. w: [in]; q: the matrix, int8_bytes(out, in) bytes, zeroed before; scale: the row's.
void quantize_row(const float* w, std::int64_t in, std::int64_t o, std::int8_t* q, float* scale);

}  // namespace equi::cpu
