#include "core/cpu/isa.h"

#include "core/cpu/kernel_tables.h"

namespace equi::cpu {
namespace {

std::vector<Isa> find_isas() {
  std::vector<Isa> isas = {Isa::baseline};
#if defined(EQUI_CPU_X86)
  const bool avx2 = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") != 0 &&
                      __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
                      __builtin_cpu_supports("avx512vl") != 0;
  if (avx2) isas.push_back(Isa::avx2);
  if (avx512) isas.push_back(Isa::avx512);
  if (avx512 && __builtin_cpu_supports("avx512bf16") != 0) isas.push_back(Isa::avx512_bf16);
#endif
  return isas;
}

}  // namespace

std::string name(Isa isa) {
  switch (isa) {
    case Isa::baseline:
      return "baseline";
    case Isa::avx2:
      return "avx2";
    case Isa::avx512:
      return "avx512";
    case Isa::avx512_bf16:
      break;
  }
  return "avx512_bf16";
}

const std::vector<Isa>& available_isas() {
  static const std::vector<Isa> isas = find_isas();
  return isas;
}

Isa best_isa() {
  return available_isas().back();
}

const Kernels& kernels(Isa isa, WeightType weights) {
#if defined(EQUI_CPU_X86)
  switch (isa) {
    case Isa::avx2:
      return avx2_kernels(weights);
    case Isa::avx512:
      return avx512_kernels(weights);
    case Isa::avx512_bf16:
      return avx512_bf16_kernels(weights);
    case Isa::baseline:
      break;
  }
#else
  (void)isa;
#endif
  return baseline_kernels(weights);
}

}  // namespace equi::cpu
