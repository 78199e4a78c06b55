#pragma once

#include <span>

#include "core/cuda/picture_ops.h"

namespace equi::cuda {

// Carries out operations on pictures of the CPU, one number after the other: the definition of what the
// kernels compute, for tests. Not for speed.
void run_plain(std::span<const EquiPictureOp> ops);

}  // namespace equi::cuda
