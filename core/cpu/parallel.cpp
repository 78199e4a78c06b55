#include "core/cpu/parallel.h"

#include <ATen/Parallel.h>

#if !defined(_OPENMP)
#error "this file needs -fopenmp: libtorch's parallel_for is a plain loop without it"
#endif

namespace equi::cpu {

void parallel_for(std::int64_t count, std::int64_t grain, LoopPart part, const void* context) {
  at::parallel_for(0, count, grain, [&](std::int64_t begin, std::int64_t end) { part(context, begin, end); });
}

}  // namespace equi::cpu
