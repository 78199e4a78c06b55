#pragma once

#include <string>

// Our CUDA kernels on a machine without a GPU: the sources of core/cuda are compiled as C++ against the
// headers of this folder, which offer the part of CUDA that the kernels use. It says whether they compute
// what they should; of their speed it says nothing.
//
// What shows: wrong results, reads and writes outside guarded memory (GuardedMemory), misaligned vectors,
// barriers and shuffles that some threads never reach, results that depend on the order of threads or blocks,
// and reads or writes before cudaGridDependencySynchronize of what the kernel in front makes: with
// overlapping launches a kernel is taken as far as that call before the one in front has done anything after
// its own.
//
// One host thread at a time. `__shared__` arrays of fixed size are one per kernel: not to be used before
// cudaGridDependencySynchronize, nor in clusters.
namespace emulation {

enum class Order {
  forward,       // a little of every thread in turn
  backward,      // the same from the last to the first
  shuffled,      // the same, anew each time
  warp_by_warp,  // each warp as far as it goes without the others, the last one first
};

// In which order threads of a block that can go on do so, and blocks of a grid.
void set_order(Order order, unsigned seed = 1);

// Major compute capability: below 9 neither overlapping launches nor clusters, and less shared memory. The
// kernels are compiled as for 9.0 in any case.
void set_capability(int major);

// Ends what was launched on the default stream. The first CUDA error since the last call (0: none), and its
// story.
int synchronize(std::string* what = nullptr);

// Threads that have run to their end since the program began.
long long threads_ended();

}  // namespace emulation
