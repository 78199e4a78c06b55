#pragma once

#include <cstdint>

// Kernels for pictures whose channels are innermost, [height, width, channels], of operands (kernels.h). Same
// rules as there: raw memory, no allocation, no threads.
namespace equi::cpu {

// y = act(x * scale + shift), with a border of reflected places (the edge itself is not repeated).
struct ImageTask {
  const void* x = nullptr;  // [height, width, channels]
  std::int64_t height = 0, width = 0, channels = 0;
  const float *scale = nullptr, *shift = nullptr;  // [channels], or nullptr: x as it is
  bool swish = false;                              // act(v) = v / (1 + exp(-v)), else v
  std::int64_t border = 0;                         // 0, or 1 for pictures of at least 2 x 2
  void* y = nullptr;                               // [height + 2 border, width + 2 border, channels]
};

// A picture made larger: y[h * vertical + i, w * horizontal + j] = x[h, w] + parts[h, w, i, j].
struct EnlargeTask {
  const void* x = nullptr;      // [height, width, channels]
  const void* parts = nullptr;  // [height, width, vertical, horizontal, channels]
  std::int64_t height = 0, width = 0, channels = 0, vertical = 1, horizontal = 1;
  void* y = nullptr;
};

struct ImageKernels {
  // sums[c] and sums[channels + c]: of the numbers and of their squares over places.
  void (*sums)(const void* x, std::int64_t places, std::int64_t channels, float* sums) = nullptr;
  // Rows [begin, end) of y.
  void (*image)(const ImageTask& task, std::int64_t begin, std::int64_t end) = nullptr;
  // What rows [begin, end) of x become.
  void (*enlarge)(const EnlargeTask& task, std::int64_t begin, std::int64_t end) = nullptr;
  // y[i] += x[i], count numbers.
  void (*add)(const void* x, std::int64_t count, void* y) = nullptr;
};

}  // namespace equi::cpu
