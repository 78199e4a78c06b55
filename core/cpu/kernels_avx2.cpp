#include "core/cpu/kernel_tables.h"
#include "core/cpu/kernels_body.h"

namespace equi::cpu {

const Kernels& avx2_kernels(WeightType weights) {
  static constexpr Kernels kFloat32 = avx2::table<float, float>(Isa::avx2, WeightType::float32);
  static constexpr Kernels kBfloat16 = avx2::table<float, BFloat16>(Isa::avx2, WeightType::bfloat16);
  return weights == WeightType::float32 ? kFloat32 : kBfloat16;
}

}  // namespace equi::cpu
