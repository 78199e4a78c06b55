// The kernels of image_kernels.h for the instruction set of the including source. See simd.h.
#pragma once

#include "core/cpu/image_kernels.h"
#include "core/cpu/lanes_loop.h"

namespace equi::cpu::EQUI_CPU_ISA {

template <class X>
void image_sums(const void* picture, int64_t places, int64_t channels, float* sums) {
  const auto* x = static_cast<const X*>(picture);
  for_lanes(channels, [&](int64_t c, int64_t n) {
    Lanes sum = {}, squares = {};
    for (int64_t i = 0; i < places; ++i) {
      const Lanes v = load_n(x + i * channels + c, n);
      sum += v;
      squares += v * v;
    }
    store_n(sums + c, sum, n);
    store_n(sums + channels + c, squares, n);
  });
}

// One row of places without its border.
template <class X>
void image_row(const ImageTask& t, const X* x, X* y) {
  for_lanes(t.channels, [&](int64_t c, int64_t n) {
    const Lanes scale = t.scale == nullptr ? all(1.0F) : load_n(t.scale + c, n);
    const Lanes shift = t.scale == nullptr ? Lanes{} : load_n(t.shift + c, n);
    if (t.swish) {
      for (int64_t i = 0; i < t.width; ++i) {
        const int64_t at = i * t.channels + c;
        store_n(y + at, silu(load_n(x + at, n) * scale + shift), n);
      }
    } else {
      for (int64_t i = 0; i < t.width; ++i) {
        const int64_t at = i * t.channels + c;
        store_n(y + at, load_n(x + at, n) * scale + shift, n);
      }
    }
  });
}

template <class X>
void image(const ImageTask& t, int64_t begin, int64_t end) {
  const int64_t row = (t.width + 2 * t.border) * t.channels;
  const auto bytes = static_cast<unsigned long>(t.channels) * sizeof(X);
  for (int64_t r = begin; r < end; ++r) {
    int64_t from = r - t.border;
    if (from < 0) from = -from;
    if (from >= t.height) from = 2 * (t.height - 1) - from;
    X* y = static_cast<X*>(t.y) + r * row;
    image_row(t, static_cast<const X*>(t.x) + from * t.width * t.channels, y + t.border * t.channels);
    if (t.border == 0) continue;
    X* last = y + (t.width + 1) * t.channels;
    __builtin_memcpy(static_cast<void*>(y), y + 2 * t.channels, bytes);
    __builtin_memcpy(static_cast<void*>(last), last - 2 * t.channels, bytes);
  }
}

template <class X>
void image_enlarge(const EnlargeTask& t, int64_t begin, int64_t end) {
  const int64_t wide = t.width * t.horizontal;
  for (int64_t h = begin; h < end; ++h) {
    for (int64_t w = 0; w < t.width; ++w) {
      const X* x = static_cast<const X*>(t.x) + (h * t.width + w) * t.channels;
      const X* part =
          static_cast<const X*>(t.parts) + (h * t.width + w) * t.vertical * t.horizontal * t.channels;
      for (int64_t i = 0; i < t.vertical; ++i) {
        X* y = static_cast<X*>(t.y) + ((h * t.vertical + i) * wide + w * t.horizontal) * t.channels;
        for (int64_t j = 0; j < t.horizontal; ++j, part += t.channels, y += t.channels) {
          for_lanes(t.channels,
                    [&](int64_t c, int64_t n) { store_n(y + c, load_n(x + c, n) + load_n(part + c, n), n); });
        }
      }
    }
  }
}

template <class X>
void image_add(const void* x, int64_t count, void* y) {
  const auto* from = static_cast<const X*>(x);
  auto* to = static_cast<X*>(y);
  for_lanes(count,
            [&](int64_t i, int64_t n) { store_n(to + i, load_n(to + i, n) + load_n(from + i, n), n); });
}

template <class X>
constexpr ImageKernels image_table() {
  return {image_sums<X>, image<X>, image_enlarge<X>, image_add<X>};
}

}  // namespace equi::cpu::EQUI_CPU_ISA
