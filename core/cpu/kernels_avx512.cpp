#include "core/cpu/kernel_tables.h"
#include "core/cpu/kernels_body.h"

namespace equi::cpu {

const Kernels& avx512_kernels(WeightType weights) {
  static constexpr Kernels kFloat32 = avx512::table<float, float>(Isa::avx512, WeightType::float32);
  static constexpr Kernels kBfloat16 = avx512::table<float, BFloat16>(Isa::avx512, WeightType::bfloat16);
  return weights == WeightType::float32 ? kFloat32 : kBfloat16;
}

}  // namespace equi::cpu
