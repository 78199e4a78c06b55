#include "core/cpu/heap.h"

#include <cstdlib>  // defines __GLIBC__

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace equi::cpu {

void keep_freed_memory() {
#ifdef __GLIBC__
  constexpr int kKept = 128 << 20, kMapped = 32 << 20;  // bytes; glibc takes no more for the second
  mallopt(M_TRIM_THRESHOLD, kKept);
  mallopt(M_MMAP_THRESHOLD, kMapped);
#endif
}

}  // namespace equi::cpu
