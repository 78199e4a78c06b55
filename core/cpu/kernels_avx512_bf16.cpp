#include "core/cpu/kernel_tables.h"
#include "core/cpu/kernels_body.h"

namespace equi::cpu {

const Kernels& avx512_bf16_kernels(WeightType weights) {
  static constexpr Kernels kFloat32 = avx512_bf16::table<float, float>(Isa::avx512_bf16, WeightType::float32);
  static constexpr Kernels kBfloat16 =
      avx512_bf16::table<BFloat16, BFloat16>(Isa::avx512_bf16, WeightType::bfloat16);
  return weights == WeightType::float32 ? kFloat32 : kBfloat16;
}

}  // namespace equi::cpu
