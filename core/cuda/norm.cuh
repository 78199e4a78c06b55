// LayerNorm of rows that lie spread over the threads of a block, four numbers in a register each time: every
// load of a thread is on its way before the first number is needed.
#pragma once

#include "core/cuda/device.cuh"

namespace equi::cuda {

__device__ inline float4 load_four(const float* p) {
  return *reinterpret_cast<const float4*>(p);
}

// x * scale + shift
__device__ inline float4 scaled(const float4& x, const float4& scale, const float4& shift) {
  return {fmaf(x.x, scale.x, shift.x), fmaf(x.y, scale.y, shift.y), fmaf(x.z, scale.z, shift.z),
          fmaf(x.w, scale.w, shift.w)};
}
__device__ inline float4 one_plus(const float4& v) {
  return {1.0F + v.x, 1.0F + v.y, 1.0F + v.z, 1.0F + v.w};
}

// Weight and bias of four numbers, or scale and shift of their modulation: as they were loaded, so that no
// load is waited for before the next one is on its way.
struct Affine {
  float4 scale, shift;

  __device__ static Affine constants(const EquiNorm& n, int i) {
    Affine a{{1, 1, 1, 1}, {0, 0, 0, 0}};
    if (n.weight != nullptr) a = {load_four(n.weight + i), load_four(n.bias + i)};
    return a;
  }
  // Of a row whose modulation begins at m.
  __device__ static Affine modulation(const EquiNorm& n, int64_t m, int i) {
    Affine a{{0, 0, 0, 0}, {0, 0, 0, 0}};
    if (n.scale != nullptr) a = {load_four(n.scale + m + i), load_four(n.shift + m + i)};
    return a;
  }
  __device__ float4 apply(const float4& x) const { return scaled(x, scale, shift); }
  __device__ float4 modulate(const float4& x) const { return scaled(x, one_plus(scale), shift); }
};

// Sum and sum of squares of a row's numbers minus its first one (the pivot), so that a mean far from 0 costs
// no digits.
struct Sums {
  float total = 0, squares = 0;

  __device__ void add(const float4& x, float pivot) {
    for (const float v : {x.x, x.y, x.z, x.w}) {
      const float d = v - pivot;
      total += d;
      squares = fmaf(d, d, squares);
    }
  }
};

// (x - mean) / sqrt(variance + eps) as x * scale + shift would lose digits: the mean goes first.
struct Moments {
  float mean, scale;

  __device__ float4 apply(const float4& x) const {
    return {(x.x - mean) * scale, (x.y - mean) * scale, (x.z - mean) * scale, (x.w - mean) * scale};
  }
};

constexpr int kMaxNormThreads = 512;

__device__ inline float2 operator+(const float2& a, const float2& b) {
  return {a.x + b.x, a.y + b.y};
}

// parts[0] + parts[stride] + ...: `count` numbers, kMost at most, eight of them on their way at a time.
template <int kMost, class T>
__device__ inline T sum_of_parts(const T* parts, int stride, int count) {
  T sum{};
#pragma unroll
  for (int first = 0; first < kMost; first += 8) {
    if (first >= count) break;
    T some[8];
#pragma unroll
    for (int i = 0; i < 8; ++i) some[i] = first + i < count ? parts[(first + i) * stride] : T{};
#pragma unroll
    for (int i = 0; i < 8; ++i) sum = sum + some[i];
  }
  return sum;
}

// All threads call this: moments of kRows rows from every thread's sums. `scratch` [kRows, warps] is of the
// block and free again after the caller's next barrier.
template <int kRows>
__device__ inline void block_moments(const Sums (&mine)[kRows], const float (&pivots)[kRows], int width,
                                     float eps, float2* scratch, Moments (&moments)[kRows]) {
  const int lane = threadIdx.x % kWarp, warp = threadIdx.x / kWarp;
  const int warps = static_cast<int>(blockDim.x) / kWarp;
  float2 of_warp[kRows];
#pragma unroll
  for (int r = 0; r < kRows; ++r) of_warp[r] = {warp_sum(mine[r].total), warp_sum(mine[r].squares)};
#pragma unroll
  for (int r = 0; r < kRows; ++r) {
    if (lane == r) scratch[r * warps + warp] = of_warp[r];
  }
  __syncthreads();
  const float one = 1.0F / static_cast<float>(width);
#pragma unroll
  for (int r = 0; r < kRows; ++r) {
    const float2 sum = sum_of_parts<kMaxNormThreads / kWarp>(scratch + r * warps, 1, warps);
    const float off = sum.x * one;  // of the mean, from the pivot
    const float variance = fmaxf(sum.y * one - off * off, 0.0F);
    moments[r] = {pivots[r] + off, rsqrtf(variance + eps)};
  }
}

}  // namespace equi::cuda
