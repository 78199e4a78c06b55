#pragma once

#include <cstdint>

namespace equi::cpu {

// A part of a loop: work(context, begin, end).
using LoopPart = void (*)(const void* context, std::int64_t begin, std::int64_t end);

// Calls `part` for parts of [0, count) on libtorch's threads, parts of at least `grain` >= 1; on the calling
// thread alone when that leaves one part. Allocates nothing.
void parallel_for(std::int64_t count, std::int64_t grain, LoopPart part, const void* context);

// The same with a callable: work(begin, end).
template <class Work>
void parallel_for(std::int64_t count, std::int64_t grain, const Work& work) {
  parallel_for(
      count, grain,
      [](const void* w, std::int64_t begin, std::int64_t end) { (*static_cast<const Work*>(w))(begin, end); },
      &work);
}

}  // namespace equi::cpu
