#pragma once

#include <string>
#include <vector>

#include "core/cpu/kernels.h"

namespace equi::cpu {

std::string name(Isa isa);  // "baseline", "avx2", "avx512", "avx512_bf16", "amx_bf16"

// Those that this processor and this build have, the slowest first; never empty.
const std::vector<Isa>& available_isas();
Isa best_isa();
// Whether products of bfloat16 are quicker here than those of float32.
bool has_bfloat16_products();

// The kernels of an instruction set. Precondition: `isa` is available.
const Kernels& kernels(Isa isa, WeightType weights);

}  // namespace equi::cpu
