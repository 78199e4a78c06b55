#include "core/cpu/isa.h"

#include "core/cpu/kernel_tables.h"

#if defined(EQUI_CPU_X86) && defined(__linux__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace equi::cpu {
namespace {

// The processor has tiles of bfloat16 and the kernel lets this process use them, which it has to be asked
// for.
bool may_use_tiles() {
#if defined(EQUI_CPU_X86) && defined(__linux__)
  constexpr unsigned kFeatures = 7, kBfloat16 = 1U << 22U, kTiles = 1U << 24U;
  constexpr long kRequestPermission = 0x1023, kTileData = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid_count(kFeatures, 0, &a, &b, &c, &d) != 0 && (d & kBfloat16) != 0 && (d & kTiles) != 0 &&
         syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
#else
  return false;
#endif
}

std::vector<Isa> find_isas() {
  std::vector<Isa> isas = {Isa::baseline};
#if defined(EQUI_CPU_X86)
  const bool avx2 = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") != 0 &&
                      __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
                      __builtin_cpu_supports("avx512vl") != 0;
  if (avx2) isas.push_back(Isa::avx2);
  if (avx512) isas.push_back(Isa::avx512);
  const bool pairs = avx512 && __builtin_cpu_supports("avx512bf16") != 0;
  if (pairs) isas.push_back(Isa::avx512_bf16);
  if (pairs && __builtin_cpu_supports("avx512vbmi") != 0 && may_use_tiles()) isas.push_back(Isa::amx_bf16);
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
      return "avx512_bf16";
    case Isa::amx_bf16:
      break;
  }
  return "amx_bf16";
}

const std::vector<Isa>& available_isas() {
  static const std::vector<Isa> isas = find_isas();
  return isas;
}

Isa best_isa() {
  return available_isas().back();
}

bool has_bfloat16_products() {
  return best_isa() >= Isa::avx512_bf16;
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
    case Isa::amx_bf16:
      return amx_bf16_kernels(weights);
    case Isa::baseline:
      break;
  }
#else
  (void)isa;
#endif
  return baseline_kernels(weights);
}

}  // namespace equi::cpu
