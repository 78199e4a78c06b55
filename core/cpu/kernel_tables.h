#pragma once

#include "core/cpu/kernels.h"

// The tables of the sources that are compiled for one instruction set each.
namespace equi::cpu {

const Kernels& baseline_kernels(WeightType weights);
#if defined(EQUI_CPU_X86)
const Kernels& avx2_kernels(WeightType weights);
const Kernels& avx512_kernels(WeightType weights);
const Kernels& avx512_bf16_kernels(WeightType weights);
const Kernels& amx_bf16_kernels(WeightType weights);
#endif

}  // namespace equi::cpu
