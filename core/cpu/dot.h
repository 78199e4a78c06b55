// Dot products of a few rows of operands with a few rows of weights. See simd.h for how it is included.
#pragma once

#include "core/cpu/lanes_loop.h"

namespace equi::cpu::EQUI_CPU_ISA {

// How one vector's worth of operands and weights is loaded and multiplied, for each pair of types.
template <class X, class W>
struct Pair {  // float32 operands; float32 or bfloat16 weights
  static constexpr int kStep = kLanes;
  using Operand = Lanes;
  static Operand load_x(const X* p) { return load(p); }
  static Operand load_w(const W* p) { return load(p); }
  static Lanes multiply_add(Operand x, Operand w, Lanes sum) { return sum + x * w; }
};

#if defined(__AVX512BF16__)
template <>
struct Pair<BFloat16, BFloat16> {
  static constexpr int kStep = 2 * kLanes;
  using Operand = __m512bh;
  static Operand load_x(const BFloat16* p) { return reinterpret_cast<__m512bh>(_mm512_loadu_si512(p)); }
  static Operand load_w(const BFloat16* p) { return load_x(p); }
  static Lanes multiply_add(Operand x, Operand w, Lanes sum) {
    return reinterpret_cast<Lanes>(_mm512_dpbf16_ps(reinterpret_cast<__m512>(sum), x, w));
  }
};
#endif

// One load of weights serves this many rows at most, as many as the registers hold.
#if defined(__AVX512F__)
constexpr int kMostRows = 6;
#else
constexpr int kMostRows = 2;
#endif
constexpr int kTile = 4;  // outputs that are made at a time where there are more than two rows

// sums[r * sums_stride + o] = x[r] . w[o], for kOut consecutive rows of weights and kRows rows of operands.
// A few rows of weights side by side are several streams, which a prefetcher follows at half speed; when
// kPrefetch, the next kOut rows, which follow in memory, are therefore asked for one line after the other
// (into the second-level cache: in the first one they would drive out the operands).
template <class X, class W, int kOut, int kRows, bool kPrefetch>
void dot_tile(const W* w, const X* x, int64_t in, float* sums, int64_t sums_stride) {
  using P = Pair<X, W>;
  constexpr int64_t kStepBytes = P::kStep * sizeof(W);
  Lanes acc[kOut][kRows] = {};
  const char* ahead = reinterpret_cast<const char*>(w + kOut * in);
  int64_t k = 0;
  for (; k + P::kStep <= in; k += P::kStep) {
    typename P::Operand weights[kOut];
    for (int o = 0; o < kOut; ++o) {
      if (kPrefetch) __builtin_prefetch(ahead + o * kStepBytes, 0, 2);
      weights[o] = P::load_w(w + o * in + k);
    }
    ahead += kOut * kStepBytes;
    for (int r = 0; r < kRows; ++r) {
      const auto operand = P::load_x(x + r * in + k);
      for (int o = 0; o < kOut; ++o) acc[o][r] = P::multiply_add(operand, weights[o], acc[o][r]);
    }
  }
  // The rest of a row goes into the lanes too: a scalar loop is contracted to fused steps in one place and
  // not in another, and the bits would depend on how many rows and outputs are made at a time.
  for (; k < in; k += kLanes) {
    const int64_t n = in - k < kLanes ? in - k : kLanes;
    for (int o = 0; o < kOut; ++o) {
      const Lanes rest = load_n(w + o * in + k, n);
      for (int r = 0; r < kRows; ++r) acc[o][r] += load_n(x + r * in + k, n) * rest;
    }
  }
  for (int r = 0; r < kRows; ++r) {
    float* to = sums + r * sums_stride;
    if constexpr (kOut == 4) {
      const Four four = sums_of(acc[0][r], acc[1][r], acc[2][r], acc[3][r]);
      __builtin_memcpy(to, &four, sizeof four);
    } else {
      for (int o = 0; o < kOut; ++o) to[o] = sum(acc[o][r]);
    }
  }
}

// The same for any number of rows up to kMostRows.
template <class X, class W, int kOut, bool kPrefetch, int kRows = kMostRows>
void dot_rows(const W* w, const X* x, int64_t in, int64_t rows, float* sums, int64_t sums_stride) {
  if constexpr (kRows > 1) {
    if (rows < kRows) {
      return dot_rows<X, W, kOut, kPrefetch, kRows - 1>(w, x, in, rows, sums, sums_stride);
    }
  }
  dot_tile<X, W, kOut, kRows, kPrefetch>(w, x, in, sums, sums_stride);
}

// Operands of one or two rows that stay in the first-level cache while weights stream past: then one output
// at a time, a single stream, is quickest (measured: 59 GB/s of weights against 44 in tiles; the other way
// round from 16 kB of operands on).
constexpr int64_t kOneStream = int64_t{8} * 1024;

// sums[r][o] for outputs [begin, end) of a matrix.
template <class X, class W>
void dot_block(const W* weight, const X* x, int64_t in, int64_t rows, int64_t begin, int64_t end, float* sums,
               int64_t sums_stride) {
  int64_t o = begin;
  if (rows > 2 || rows * in * static_cast<int64_t>(sizeof(X)) > kOneStream) {
    const int64_t blocks = (rows + kMostRows - 1) / kMostRows, share = (rows + blocks - 1) / blocks;
    for (; o + kTile <= end; o += kTile) {
      const W* w = weight + o * in;
      for (int64_t r = 0; r < rows; r += share) {
        const int64_t some = rows - r < share ? rows - r : share;
        float* to = sums + r * sums_stride + (o - begin);
        if (r == 0) {
          dot_rows<X, W, kTile, true>(w, x, in, some, to, sums_stride);
        } else {
          dot_rows<X, W, kTile, false>(w, x + r * in, in, some, to, sums_stride);
        }
      }
    }
  }
  for (; o < end; ++o) {
    for (int64_t r = 0; r < rows; r += 2) {
      const int64_t some = rows - r < 2 ? rows - r : 2;
      float* to = sums + r * sums_stride + (o - begin);
      dot_rows<X, W, 1, false, 2>(weight + o * in, x + r * in, in, some, to, sums_stride);
    }
  }
}

}  // namespace equi::cpu::EQUI_CPU_ISA
