#pragma once

#include <span>

#include "core/cuda/ops.h"

namespace equi::cuda {

// Carries out a list of operations whose pointers are of the CPU, one number after the other: the definition
// of what the kernels compute, for tests of both the kernels and the lists. Not for speed.
void run_plain(std::span<const EquiOp> ops);

}  // namespace equi::cuda
