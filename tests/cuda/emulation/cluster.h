// What core/cuda/cluster.cuh has beyond CUDA C++ (emulation.h).
#pragma once

namespace emulation {

int cluster_rank();
void cluster_barrier();
void* memory_in_block(const void* place, int rank);

template <class T>
T* in_block(T* p, int rank) {
  return static_cast<T*>(memory_in_block(p, rank));
}

}  // namespace emulation
