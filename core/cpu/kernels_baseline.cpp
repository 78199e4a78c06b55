#include "core/cpu/kernel_tables.h"
#include "core/cpu/kernels_body.h"

namespace equi::cpu {

const Kernels& baseline_kernels(WeightType weights) {
  static constexpr Kernels kFloat32 = baseline::table<float, float>(Isa::baseline, WeightType::float32);
  static constexpr Kernels kBfloat16 = baseline::table<float, BFloat16>(Isa::baseline, WeightType::bfloat16);
  return weights == WeightType::float32 ? kFloat32 : kBfloat16;
}

}  // namespace equi::cpu
