// Loops over any count of numbers, a vector at a time. See simd.h for how it is included.
#pragma once

#include "core/cpu/simd.h"

namespace equi::cpu::EQUI_CPU_ISA {

// Calls part(i, n) for the numbers [i, i + n) of [0, count): whole vectors, then one rest.
template <class Part>
void for_lanes(int64_t count, const Part& part) {
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) part(i, int64_t{kLanes});
  if (i < count) part(i, count - i);
}

template <class T>
Lanes load_n(const T* p, int64_t n) {
  return n == kLanes ? load(p) : load_part(p, n);
}
template <class T>
void store_n(T* p, Lanes v, int64_t n) {
  if (n == kLanes) {
    store(p, v);
  } else {
    store_part(p, v, n);
  }
}

}  // namespace equi::cpu::EQUI_CPU_ISA
