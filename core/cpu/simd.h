// One vector type of the width that this translation unit is compiled for, and what the kernels need of it.
// Included only by the kernels' sources, each in a namespace of its own (EQUI_CPU_ISA), compiled with the
// flags of its instruction set. No standard header that defines inline functions may come in here: the linker
// keeps one copy of those, and it must not be one that only new processors can run.
#pragma once

#include <stdint.h>

#if defined(__AVX2__)
#include <immintrin.h>
#endif

#include "core/cpu/kernels.h"

namespace equi::cpu::EQUI_CPU_ISA {

#if defined(__AVX512F__)
constexpr int kLanes = 16;
#elif defined(__AVX2__)
constexpr int kLanes = 8;
#else
constexpr int kLanes = 4;
#endif

using Lanes = float __attribute__((vector_size(kLanes * 4)));
using Words = uint32_t __attribute__((vector_size(kLanes * 4)));
using Ints = int32_t __attribute__((vector_size(kLanes * 4)));
using HalfWords = uint16_t __attribute__((vector_size(kLanes * 2)));
using Bytes = int8_t __attribute__((vector_size(kLanes)));

inline float to_float(float x) {
  return x;
}
inline float to_float(BFloat16 x) {
  const uint32_t bits = static_cast<uint32_t>(x.bits) << 16;
  float value = 0;
  __builtin_memcpy(&value, &bits, sizeof value);
  return value;
}

inline Lanes all(float x) {
  return Lanes{} + x;
}

inline Lanes load(const float* p) {
  Lanes v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

inline Lanes load(const BFloat16* p) {
  HalfWords h;
  __builtin_memcpy(&h, p, sizeof h);
  return reinterpret_cast<Lanes>(__builtin_convertvector(h, Words) << 16);
}

inline Lanes load(const int8_t* p) {  // g++ 12 makes of a conversion of bytes single bytes
#if defined(__AVX512F__)
  const __m128i b = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  const auto wide = reinterpret_cast<Ints>(_mm512_maskz_cvtepi8_epi32(0xFFFF, b));
#elif defined(__AVX2__)
  const __m128i b = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(p));
  const auto wide = reinterpret_cast<Ints>(_mm256_cvtepi8_epi32(b));
#else
  Bytes b;
  __builtin_memcpy(&b, p, sizeof b);
  const auto wide = __builtin_convertvector(b, Ints);
#endif
  return __builtin_convertvector(wide, Lanes);
}

inline void store(float* p, Lanes v) {
  __builtin_memcpy(p, &v, sizeof v);
}

inline void store(BFloat16* p, Lanes v) {
#if defined(__AVX512BF16__)
  const __m256bh h = _mm512_cvtneps_pbh(reinterpret_cast<__m512>(v));
  __builtin_memcpy(static_cast<void*>(p), &h, sizeof h);
#else
  const Words bits = reinterpret_cast<Words>(v);
  const Words rounded = (bits + 0x7FFFU + ((bits >> 16) & 1U)) >> 16;
  const Words nan = (bits >> 16) | 0x40U;
  const auto is_nan = reinterpret_cast<Words>(v != v);
  const HalfWords h = __builtin_convertvector((nan & is_nan) | (rounded & ~is_nan), HalfWords);
  __builtin_memcpy(static_cast<void*>(p), &h, sizeof h);
#endif
}

// The first `count` < kLanes numbers; the others are 0 (load) or left alone (store).
template <class T>
inline Lanes load_part(const T* p, int64_t count) {
  T buffer[kLanes] = {};
  __builtin_memcpy(static_cast<void*>(buffer), p, static_cast<unsigned long>(count) * sizeof(T));
  return load(buffer);
}
template <class T>
inline void store_part(T* p, Lanes v, int64_t count) {
  T buffer[kLanes];
  store(buffer, v);
  __builtin_memcpy(static_cast<void*>(p), buffer, static_cast<unsigned long>(count) * sizeof(T));
}

// The two numbers of each pair exchanged.
inline Lanes swap_pairs(Lanes v) {
#if defined(__AVX512F__)
  return __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);
#elif defined(__AVX2__)
  return __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6);
#else
  return __builtin_shufflevector(v, v, 1, 0, 3, 2);
#endif
}

// The halves of each group of four numbers exchanged.
inline Lanes swap_halves(Lanes v) {
#if defined(__AVX512F__)
  return __builtin_shufflevector(v, v, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
#elif defined(__AVX2__)
  return __builtin_shufflevector(v, v, 2, 3, 0, 1, 6, 7, 4, 5);
#else
  return __builtin_shufflevector(v, v, 2, 3, 0, 1);
#endif
}

// The groups of four added up, by halves.
using Four = float __attribute__((vector_size(16)));
inline Four sum_of_groups(Lanes v) {
#if defined(__AVX512F__)
  const auto eight = __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7) +
                     __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
#elif defined(__AVX2__)
  const auto eight = v;
#endif
#if defined(__AVX2__)
  return __builtin_shufflevector(eight, eight, 0, 1, 2, 3) +
         __builtin_shufflevector(eight, eight, 4, 5, 6, 7);
#else
  return v;
#endif
}

// The sum of all lanes; in the same order as in sums_of, so that a row's bits do not depend on which it met.
inline float sum(Lanes v) {
  v += swap_halves(v);
  v += swap_pairs(v);
  return sum_of_groups(v)[0];
}

// The sums of four vectors, side by side: a third of the instructions of four single ones.
inline Four sums_of(Lanes a, Lanes b, Lanes c, Lanes d) {
#if defined(__AVX512F__)
#define EQUI_LOW 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29
#define EQUI_HIGH 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31
#define EQUI_EVEN 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29
#define EQUI_ODD 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31
#elif defined(__AVX2__)
#define EQUI_LOW 0, 8, 1, 9, 4, 12, 5, 13
#define EQUI_HIGH 2, 10, 3, 11, 6, 14, 7, 15
#define EQUI_EVEN 0, 1, 8, 9, 4, 5, 12, 13
#define EQUI_ODD 2, 3, 10, 11, 6, 7, 14, 15
#else
#define EQUI_LOW 0, 4, 1, 5
#define EQUI_HIGH 2, 6, 3, 7
#define EQUI_EVEN 0, 1, 4, 5
#define EQUI_ODD 2, 3, 6, 7
#endif
  // Within every group of four lanes: a0+a2, b0+b2, a1+a3, b1+b3, and the same of c and d.
  const Lanes ab = __builtin_shufflevector(a, b, EQUI_LOW) + __builtin_shufflevector(a, b, EQUI_HIGH);
  const Lanes cd = __builtin_shufflevector(c, d, EQUI_LOW) + __builtin_shufflevector(c, d, EQUI_HIGH);
  // ... then the sums of the group's lanes: a, b, c, d.
  const Lanes groups = __builtin_shufflevector(ab, cd, EQUI_EVEN) + __builtin_shufflevector(ab, cd, EQUI_ODD);
#undef EQUI_LOW
#undef EQUI_HIGH
#undef EQUI_EVEN
#undef EQUI_ODD
  return sum_of_groups(groups);
}

inline Lanes select(Ints mask, Lanes yes, Lanes no) {
  return mask ? yes : no;
}
inline Lanes clamp(Lanes v, float low, float high) {  // a NaN stays one
  v = select(v < all(low), all(low), v);
  return select(v > all(high), all(high), v);
}

// exp, relative error about 1e-7 within [-87, 88], clamped outside. Cephes' expf: 2^n times a polynomial.
inline Lanes exp(Lanes x) {
  x = clamp(x, -87.3F, 88.3F);
  const Lanes scaled = x * 1.44269504088896341F;
  const Lanes shifted = scaled + 12582912.0F;  // 1.5 * 2^23: the integer lands in the low bits
  const Lanes n = shifted - 12582912.0F;
  const Lanes r = (x - n * 0.693359375F) - n * -2.12194440e-4F;
  Lanes p = all(1.9875691500e-4F);
  p = p * r + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  p = p * r * r + r + 1.0F;
  const Ints exponent = (__builtin_convertvector(n, Ints) + 127) << 23;
  return p * reinterpret_cast<Lanes>(exponent);
}

inline Lanes silu(Lanes x) {
  return x / (1.0F + exp(-x));
}

// erf as Eigen does it: an odd rational function within [-4, 4], absolute error about 1e-7.
inline Lanes erf(Lanes x) {
  x = clamp(x, -4.0F, 4.0F);
  const Lanes s = x * x;
  Lanes p = all(-2.72614225801306e-10F);
  p = p * s + 2.77068142495902e-08F;
  p = p * s + -2.10102402082508e-06F;
  p = p * s + -5.69250639462346e-05F;
  p = p * s + -7.34990630326855e-04F;
  p = p * s + -2.95459980854025e-03F;
  p = p * s + -1.60960333262415e-02F;
  Lanes q = all(-1.45660718464996e-05F);
  q = q * s + -2.13374055278905e-04F;
  q = q * s + -1.68282697438203e-03F;
  q = q * s + -7.37332916720468e-03F;
  q = q * s + -1.42647390514189e-02F;
  return x * p / q;
}

inline Lanes gelu(Lanes x) {
  return 0.5F * x * (1.0F + erf(x * 0.70710678118654752F));
}

}  // namespace equi::cpu::EQUI_CPU_ISA
