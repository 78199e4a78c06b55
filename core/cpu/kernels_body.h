// The kernels of kernels.h for the instruction set of the including source. See simd.h.
#pragma once

#include "core/cpu/dot.h"
#include "core/cpu/image_body.h"
#include "core/cpu/kernels.h"
#include "core/cpu/lanes_loop.h"

namespace equi::cpu::EQUI_CPU_ISA {

constexpr int64_t kBlock = 32;  // outputs between product and epilogue
constexpr int64_t kGroup = 24;  // rows that share a block

// v with zeros after the first n numbers.
inline Lanes first_lanes(Lanes v, int64_t n) {
  if (n == kLanes) return v;
  float part[kLanes];
  store(part, v);
  return load_part(part, n);
}

// One row's outputs [at, at + count): sums without bias -> y.
template <class X>
void finish(const LinearTask& t, const float* sums, int64_t row, int64_t at, int64_t count) {
  const int64_t place = row * t.y_stride + at;
  for_lanes(count, [&](int64_t i, int64_t n) {
    Lanes v = load_n(sums + i, n);
    if (t.bias != nullptr) v += load_n(t.bias + at + i, n);
    float* y = static_cast<float*>(t.y) + place + i;
    X* operands = static_cast<X*>(t.y) + place + i;
    switch (t.epilogue) {
      case Epilogue::store:
        store_n(y, v, n);
        break;
      case Epilogue::silu:
        store_n(operands, silu(v), n);
        break;
      case Epilogue::gelu:
        store_n(operands, gelu(v), n);
        break;
      case Epilogue::add:
        store_n(y, load_n(y, n) + v, n);
        break;
      case Epilogue::add_gated:
        store_n(y, load_n(y, n) + load_n(t.gate + row * t.gate_stride + at + i, n) * v, n);
        break;
    }
  });
}

// How far in front 8-bit weights are asked for, in bytes: widening keeps the processor too busy to run ahead
// of the memory by itself (a core got 10 GB/s without, with it the 16 that it can read).
constexpr int64_t kAhead = int64_t{2} * 1024;

// Outputs [at, at + count) of 8-bit weights as operands without their scales, [count, in].
template <class X>
void widen(const LinearTask& t, int64_t at, int64_t count, X* to) {
  const int64_t chunks = (t.in + kInt8Chunk - 1) / kInt8Chunk;
  const auto* q = static_cast<const int8_t*>(t.weight) + at * chunks * kInt8Chunk;
  for (int64_t k = 0; k < t.in; k += kInt8Chunk, q += kInt8Outputs * kInt8Chunk) {
    const int64_t numbers = t.in - k < kInt8Chunk ? t.in - k : kInt8Chunk;
    for (int64_t o = 0; o < count; ++o) {
      const int8_t* from = q + o * kInt8Chunk;
      __builtin_prefetch(from + kAhead);
      for_lanes(numbers,
                [&](int64_t i, int64_t n) { store_n(to + o * t.in + k + i, load_n(from + i, n), n); });
    }
  }
}

template <class X>
void linear_int8(const LinearTask& t, int64_t begin, int64_t end, void* scratch) {
  float sums[kGroup * kInt8Outputs];
  const auto* x = static_cast<const X*>(t.x);
  auto* w = static_cast<X*>(scratch);
  for (int64_t at = begin; at < end; at += kInt8Outputs) {
    const int64_t count = end - at < kInt8Outputs ? end - at : kInt8Outputs;
    widen(t, at, count, w);
    for (int64_t row = 0; row < t.rows; row += kGroup) {
      const int64_t rows = t.rows - row < kGroup ? t.rows - row : kGroup;
      dot_block(w, x + row * t.in, t.in, rows, 0, count, sums, kInt8Outputs);
      for (int64_t r = 0; r < rows; ++r) {
        float* of_row = sums + r * kInt8Outputs;
        for_lanes(count, [&](int64_t i, int64_t n) {
          store_n(of_row + i, load_n(of_row + i, n) * load_n(t.scales + at + i, n), n);
        });
        finish<X>(t, of_row, row + r, at, count);
      }
    }
  }
}

template <class X, class W>
void linear(const LinearTask& t, int64_t begin, int64_t end, void* scratch) {
  if (t.scales != nullptr) return linear_int8<X>(t, begin, end, scratch);
  float sums[kGroup * kBlock];
  const auto* x = static_cast<const X*>(t.x);
  const auto* w = static_cast<const W*>(t.weight);
  for (int64_t row = 0; row < t.rows; row += kGroup) {
    const int64_t rows = t.rows - row < kGroup ? t.rows - row : kGroup;
    for (int64_t at = begin; at < end; at += kBlock) {
      const int64_t count = end - at < kBlock ? end - at : kBlock;
      dot_block(w, x + row * t.in, t.in, rows, at, at + count, sums, kBlock);
      for (int64_t r = 0; r < rows; ++r) finish<X>(t, sums + r * kBlock, row + r, at, count);
    }
  }
}

template <class X>
void norm_row(const NormTask& t, int64_t row) {
  const float* x = t.x + row * t.width;
  const auto width = static_cast<float>(t.width);
  Lanes total = {};
  for_lanes(t.width, [&](int64_t i, int64_t n) { total += load_n(x + i, n); });
  const float mean = sum(total) / width;
  Lanes squares = {};
  for_lanes(t.width, [&](int64_t i, int64_t n) {
    const Lanes d = load_n(x + i, n) - mean;
    squares += first_lanes(d * d, n);
  });
  const float variance = sum(squares) / width;
  const float scale = 1.0F / __builtin_sqrtf(variance + static_cast<float>(t.eps));
  const int64_t m = row * t.modulation_stride;
  X* y = static_cast<X*>(t.y) + row * t.width;
  for_lanes(t.width, [&](int64_t i, int64_t n) {
    Lanes v = (load_n(x + i, n) - mean) * scale;
    if (t.weight != nullptr) v = v * load_n(t.weight + i, n) + load_n(t.bias + i, n);
    if (t.scale != nullptr) v = v * (1.0F + load_n(t.scale + m + i, n)) + load_n(t.shift + m + i, n);
    store_n(y + i, v, n);
  });
}

template <class X>
void norm(const NormTask& t, int64_t begin, int64_t end) {
  for (int64_t row = begin; row < end; ++row) norm_row<X>(t, row);
}

// v rotated by the angles of a rope row: cos at rope + i, signed sin at rope + width + i.
inline Lanes rotate(Lanes v, const float* rope, int64_t width, int64_t i, int64_t n) {
  return v * load_n(rope + i, n) + swap_pairs(v) * load_n(rope + width + i, n);
}

template <class W>
float score(const AttendTask& t, const float* q, const W* k, const float* k_rope) {
  Lanes total = {};
  for_lanes(t.head_width, [&](int64_t i, int64_t n) {
    Lanes key = load_n(k + i, n);
    if (k_rope != nullptr) key = rotate(key, k_rope, t.head_width, i, n);
    total += key * load_n(q + i, n);
  });
  return sum(total) / __builtin_sqrtf(static_cast<float>(t.head_width));
}

inline void softmax(float* scores, int64_t count) {
  float most = scores[0];
  for (int64_t j = 1; j < count; ++j) most = scores[j] > most ? scores[j] : most;
  Lanes total = {};
  for_lanes(count, [&](int64_t j, int64_t n) {
    const Lanes e = exp(load_n(scores + j, n) - most);
    store_n(scores + j, e, n);
    total += load_n(scores + j, n);  // lanes past the end count as 0
  });
  const float scale = 1.0F / sum(total);
  for (int64_t j = 0; j < count; ++j) scores[j] *= scale;
}

template <class X, class W>
void attend(const AttendTask& t, int64_t begin, int64_t end) {
  for (int64_t at = begin; at < end; ++at) {
    const int64_t row = at / t.heads, offset = at % t.heads * t.head_width;
    const float* q = t.q + row * t.q_stride + offset;
    float* scores = t.scratch + at * (t.keys + t.head_width);
    float* rotated = scores + t.keys;
    for_lanes(t.head_width, [&](int64_t i, int64_t n) {
      store_n(rotated + i, rotate(load_n(q + i, n), t.q_rope, t.head_width, i, n), n);
    });
    const auto vector_of = [&](const void* const* which, int64_t j) {
      return static_cast<const W*>(which[j]) + row * t.row_strides[j] + offset;
    };
    for (int64_t j = 0; j < t.keys; ++j) {
      const float* rope = t.k_rope == nullptr ? nullptr : t.k_rope + j * 2 * t.head_width;
      scores[j] = score(t, rotated, vector_of(t.keys_at, j), rope);
    }
    softmax(scores, t.keys);
    X* y = static_cast<X*>(t.y) + row * t.heads * t.head_width + offset;
    for_lanes(t.head_width, [&](int64_t i, int64_t n) {
      Lanes mixed = {};
      for (int64_t j = 0; j < t.keys; ++j) mixed += scores[j] * load_n(vector_of(t.values_at, j) + i, n);
      store_n(y + i, mixed, n);
    });
  }
}

template <class T>
void convert(const float* x, int64_t count, void* y) {
  for_lanes(count, [&](int64_t i, int64_t n) { store_n(static_cast<T*>(y) + i, load_n(x + i, n), n); });
}

template <class X>
void silu_of_sum(const float* a, const float* b, int64_t count, void* y) {
  for_lanes(count, [&](int64_t i, int64_t n) {
    store_n(static_cast<X*>(y) + i, silu(load_n(a + i, n) + load_n(b + i, n)), n);
  });
}

template <class X, class W>
constexpr Kernels table(Isa isa, WeightType weights) {
  Kernels k;
  k.isa = isa;
  k.weights = weights;
  k.weight_bytes = sizeof(W);
  k.operand_bytes = sizeof(X);
  k.linear = linear<X, W>;
  k.norm = norm<X>;
  k.attend = attend<X, W>;
  k.to_operands = convert<X>;
  k.silu_of_sum = silu_of_sum<X>;
  k.to_weights = convert<W>;
  k.image = image_table<X>();
  return k;
}

}  // namespace equi::cpu::EQUI_CPU_ISA
