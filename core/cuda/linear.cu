// Matrix-vector products for 1 to 8 rows: one warp for each output, weights in 16-byte loads that begin
// before the kernel in front has ended, LayerNorm and modulation on the way in, activation and residual on
// the way out.
#include "core/cuda/device.cuh"
#include "core/cuda/launch.h"

namespace equi::cuda {
namespace {

constexpr int kWarps = 8;
constexpr int kThreads = kWarps * kWarp;
constexpr int kVector = 8;  // weights in a 16-byte load
constexpr int kEarly = 5;   // loads of a lane before it waits: a row of 1280 numbers

// 16 bytes that are used once.
__device__ inline uint4 load_once(const uint4* p) {
#ifdef __CUDACC__
  uint4 v;
  asm volatile("ld.global.nc.L1::no_allocate.v4.u32 {%0, %1, %2, %3}, [%4];"
               : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w)
               : "l"(p));
  return v;
#else
  return *p;
#endif
}

__device__ inline float low_half(uint32_t pair) {
  return __uint_as_float(pair << 16U);
}
__device__ inline float high_half(uint32_t pair) {
  return __uint_as_float(pair & 0xFFFF0000U);
}

// sum += eight weights times eight numbers of a row in shared memory.
__device__ inline void multiply_add(const uint4& w, const float* x, float& sum) {
  const float4 a = *reinterpret_cast<const float4*>(x), b = *reinterpret_cast<const float4*>(x + 4);
  sum = fmaf(low_half(w.x), a.x, sum);
  sum = fmaf(high_half(w.x), a.y, sum);
  sum = fmaf(low_half(w.y), a.z, sum);
  sum = fmaf(high_half(w.y), a.w, sum);
  sum = fmaf(low_half(w.z), b.x, sum);
  sum = fmaf(high_half(w.z), b.y, sum);
  sum = fmaf(low_half(w.w), b.z, sum);
  sum = fmaf(high_half(w.w), b.w, sum);
}

// The rows of x in shared memory, normalised: a warp for each row.
template <int kRows>
__device__ void load_rows(const EquiLinear& op, float* rows) {
  for (int i = threadIdx.x; i < kRows * op.in; i += kThreads) rows[i] = op.x[i];
  __syncthreads();
  if (op.norm.on == 0) return;
  const int lane = threadIdx.x % kWarp;
  for (int r = threadIdx.x / kWarp; r < kRows; r += kWarps) {
    float* row = rows + r * op.in;
    const RowMoments moments = row_moments(row, op.in, op.norm.eps, lane);
    const int64_t m = r * op.norm.modulation_stride;
    for (int i = lane; i < op.in; i += kWarp) {
      row[i] = normalise(op.norm, row[i], moments.mean, moments.scale, i, m);
    }
  }
  __syncthreads();
}

template <int kRows>
__global__ void __launch_bounds__(kThreads) linear(EquiLinear op) {
  float* rows = reinterpret_cast<float*>(dynamic_shared());  // [kRows, in]
  const int lane = threadIdx.x % kWarp;
  const int o = static_cast<int>(blockIdx.x) * kWarps + threadIdx.x / kWarp;
  const bool mine = o < op.out;
  const int vectors = op.in / kVector;
  const uint4* weight =
      reinterpret_cast<const uint4*>(op.weight) + static_cast<int64_t>(mine ? o : 0) * vectors;
  let_next_start();
  uint4 early[kEarly];
#pragma unroll
  for (int e = 0; e < kEarly; ++e) {
    const int at = lane + e * kWarp;
    early[e] = at < vectors ? load_once(weight + at) : uint4{0, 0, 0, 0};
  }
  wait_for_previous();
  load_rows<kRows>(op, rows);

  float sums[kRows] = {};
#pragma unroll
  for (int e = 0; e < kEarly; ++e) {
    const int at = lane + e * kWarp;
    if (at >= vectors) break;
    for (int r = 0; r < kRows; ++r) multiply_add(early[e], rows + r * op.in + at * kVector, sums[r]);
  }
#pragma unroll 4
  for (int at = lane + kEarly * kWarp; at < vectors; at += kWarp) {
    const uint4 w = load_once(weight + at);
    for (int r = 0; r < kRows; ++r) multiply_add(w, rows + r * op.in + at * kVector, sums[r]);
  }

#pragma unroll
  for (int r = 0; r < kRows; ++r) sums[r] = warp_sum(sums[r]);
  if (!mine) return;
#pragma unroll
  for (int r = 0; r < kRows; ++r) {
    if (lane != r) continue;
    const float v = sums[r] + op.bias[o];
    const float* gate = op.gate == nullptr ? nullptr : op.gate + r * op.gate_stride + o;
    for (int c = 0; c < op.copies; ++c) {
      float* y = op.y + static_cast<int64_t>(c * kRows + r) * op.y_stride + o;
      *y = finish(op.epilogue, v, y, gate);
    }
  }
}

template <int kRows>
cudaError_t launch_rows(const EquiLinear& op, const Launcher& launcher) {
  if (op.rows > kRows) {
    if constexpr (kRows < kEquiMaxLinearRows) {
      return launch_rows<kRows + 1>(op, launcher);
    } else {
      return cudaErrorInvalidValue;
    }
  }
  const std::size_t shared = sizeof(float) * kRows * static_cast<std::size_t>(op.in);
  constexpr std::size_t kWithoutAsking = 48 * 1024;
  if (shared > kWithoutAsking) {
    const auto code = cudaFuncSetAttribute(linear<kRows>, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                           static_cast<int>(shared));
    if (code != cudaSuccess) return code;
  }
  return launcher(linear<kRows>, blocks_for(op.out, kWarps), kThreads, shared, op);
}

}  // namespace

cudaError_t launch(const EquiLinear& op, const Launcher& launcher) {
  const bool aligned =
      op.in % kVector == 0 && reinterpret_cast<std::uintptr_t>(op.weight) % sizeof(uint4) == 0;
  if (!aligned || op.rows < 1) return cudaErrorInvalidValue;
  return launch_rows<1>(op, launcher);
}

}  // namespace equi::cuda
