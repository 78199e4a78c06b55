// Matrix-vector products for 1 to 8 rows. A thread holds eight inputs of every row in registers and
// multiplies them by the weights of several outputs, so a row is loaded once per block and never goes through
// shared memory; a block's threads then add up their parts. Weights come in 16-byte loads that begin before
// the kernel in front has ended. A norm on the way in needs no sum over the row: its moments follow from
// those of runs of it, which whoever made the row has left.
#include "core/cuda/launch.h"
#include "core/cuda/norm.cuh"

namespace equi::cuda {
namespace {

constexpr int kVector = 8;                         // weights in a 16-byte load
constexpr int kThreads = 256, kManyThreads = 512;  // of a block at most

__device__ inline float low_half(uint32_t pair) {
  return __uint_as_float(pair << 16U);
}
__device__ inline float high_half(uint32_t pair) {
  return __uint_as_float(pair & 0xFFFF0000U);
}

// Eight numbers of a row.
struct Eight {
  float4 a = {0, 0, 0, 0}, b = {0, 0, 0, 0};

  __device__ float times(const uint4& w, float sum) const {
    sum = fmaf(low_half(w.x), a.x, sum);
    sum = fmaf(high_half(w.x), a.y, sum);
    sum = fmaf(low_half(w.y), a.z, sum);
    sum = fmaf(high_half(w.y), a.w, sum);
    sum = fmaf(low_half(w.z), b.x, sum);
    sum = fmaf(high_half(w.z), b.y, sum);
    sum = fmaf(low_half(w.w), b.z, sum);
    sum = fmaf(high_half(w.w), b.w, sum);
    return sum;
  }
};

__device__ inline Eight load_eight(const float* p) {
  return {load_four(p), load_four(p + 4)};
}

// Sums over a row's runs, of one lane and then of the warp: of their means minus the first one (the pivot),
// of the squares of that, and of the squared distances within runs.
struct RunSums {
  float means = 0, squares = 0, within = 0;

  __device__ void add(const float2& run, float pivot) {
    const float d = run.x - pivot;
    means += d;
    squares = fmaf(d, d, squares);
    within += run.y;
  }
  __device__ Moments moments(float pivot, int width, float eps) const {
    const float runs = static_cast<float>(width / kEquiRun), mean = means / runs;
    const float variance = within / static_cast<float>(width) + fmaxf(squares / runs - mean * mean, 0.0F);
    return {pivot + mean, rsqrtf(variance + eps)};
  }
};

// Rows on their way through a norm: what is constant is loaded before the kernel in front has ended, the rest
// with the rows.
template <int kRows>
class RunNorm {
 public:
  __device__ RunNorm(const EquiLinear& op, int place, bool there) : place_(place), there_(there) {
    if (!there || op.norm.weight == nullptr) return;
    weight_ = load_eight(op.norm.weight + place);
    bias_ = load_eight(op.norm.bias + place);
  }

  __device__ void load(const EquiLinear& op) {
    const int lane = static_cast<int>(threadIdx.x) % kWarp, count = op.in / kEquiRun;
#pragma unroll
    for (int r = 0; r < kRows; ++r) {
      const auto* runs = reinterpret_cast<const float2*>(op.x_runs) + static_cast<int64_t>(r) * count;
      pivots_[r] = runs[0].x;
#pragma unroll
      for (int i = 0; i < kEach; ++i) {
        const int at = lane + i * kWarp;
        runs_[r][i] = at < count ? runs[at] : float2{pivots_[r], 0};
      }
      if (!there_ || op.norm.scale == nullptr) continue;
      const int64_t at = r * op.norm.modulation_stride + place_;
      scale_[r] = load_eight(op.norm.scale + at);
      shift_[r] = load_eight(op.norm.shift + at);
    }
  }

  __device__ void apply(const EquiLinear& op, Eight (&x)[kRows][1]) const {
    RunSums sums[kRows];
#pragma unroll
    for (int r = 0; r < kRows; ++r) {
#pragma unroll
      for (int i = 0; i < kEach; ++i) sums[r].add(runs_[r][i], pivots_[r]);
    }
#pragma unroll
    for (int offset = kWarp / 2; offset > 0; offset /= 2) {
#pragma unroll
      for (int r = 0; r < kRows; ++r) {
        sums[r].means += __shfl_xor_sync(kAllLanes, sums[r].means, offset);
        sums[r].squares += __shfl_xor_sync(kAllLanes, sums[r].squares, offset);
        sums[r].within += __shfl_xor_sync(kAllLanes, sums[r].within, offset);
      }
    }
#pragma unroll
    for (int r = 0; r < kRows; ++r) {
      const Moments m = sums[r].moments(pivots_[r], op.in, op.norm.eps);
      const auto through = [&](const float4& v, const float4& w, const float4& b, const float4& scale,
                               const float4& shift) {
        return scaled(scaled(m.apply(v), w, b), one_plus(scale), shift);
      };
      x[r][0].a = through(x[r][0].a, weight_.a, bias_.a, scale_[r].a, shift_[r].a);
      x[r][0].b = through(x[r][0].b, weight_.b, bias_.b, scale_[r].b, shift_[r].b);
    }
  }

 private:
  static constexpr int kEach = kEquiMostRuns / kWarp;  // runs of a lane at most

  int place_;
  bool there_;
  Eight weight_ = {{1, 1, 1, 1}, {1, 1, 1, 1}}, bias_, scale_[kRows], shift_[kRows];
  float2 runs_[kRows][kEach];
  float pivots_[kRows];
};

// What a thread makes of the sums: one output of one row.
struct Target {
  int out, row;
  bool mine;
  float bias = 0, gate = 0, before = 0;

  template <int kRows, int kOutputs>
  __device__ static Target of(const EquiLinear& op) {
    const int t = static_cast<int>(threadIdx.x);
    Target to{static_cast<int>(blockIdx.x) * kOutputs + t / kRows, t % kRows, t < kRows * kOutputs};
    to.mine = to.mine && to.out < op.out;
    if (to.mine) to.bias = op.bias[to.out];
    return to;
  }
  // Of the rows from `first`; loads what the end will need.
  __device__ bool begin(const EquiLinear& op, int first) {
    if (!mine || first + row >= op.rows) return false;
    if (op.epilogue >= EQUI_ADD) before = op.y[static_cast<int64_t>(first + row) * op.y_stride + out];
    if (op.epilogue == EQUI_ADD_GATED) gate = op.gate[(first + row) * op.gate_stride + out];
    return true;
  }
  // Of the first copy.
  __device__ float end(const EquiLinear& op, int first, float sum) const {
    float result = 0;
#pragma unroll 1
    for (int c = 0; c < op.copies; ++c) {
      float* y = op.y + (static_cast<int64_t>(c) * op.rows + first + row) * op.y_stride + out;
      const float was = c == 0 || op.epilogue < EQUI_ADD ? before : *y;
      result = finish(op.epilogue, sum + bias, was, gate);
      *y = result;
    }
    return result;
  }
};

// The moments of a block's run of outputs, of which the first warp has one number a lane: output lane / kRows
// of row lane % kRows.
template <int kRows>
__device__ inline void write_run(const EquiLinear& op, float v) {
  const int lane = static_cast<int>(threadIdx.x);
  const auto sum_of_run = [](float x) {
#pragma unroll
    for (int offset = kRows; offset < kRows * kEquiRun; offset *= 2)
      x += __shfl_xor_sync(kAllLanes, x, offset);
    return x;
  };
  const float mean = sum_of_run(v) / kEquiRun, squares = sum_of_run((v - mean) * (v - mean));
  if (lane >= kRows || lane >= op.rows) return;
  for (int c = 0; c < op.copies; ++c) {
    const int64_t row = static_cast<int64_t>(c) * op.rows + lane;
    reinterpret_cast<float2*>(op.y_runs)[row * (op.out / kEquiRun) + blockIdx.x] = {mean, squares};
  }
}

// kRows rows at a time, kOutputs of a block, kVectors times eight inputs of a thread.
template <int kRows, int kOutputs, int kVectors, int kMaxThreads, bool kNorm>
__global__ void __launch_bounds__(kMaxThreads) linear(EquiLinear op) {
  constexpr int kMaxWarps = kMaxThreads / kWarp;
  constexpr int kSums = kRows * kOutputs;
  __shared__ float parts[kMaxWarps][kSums];
  const int lane = threadIdx.x % kWarp, warp = threadIdx.x / kWarp;
  const int threads = static_cast<int>(blockDim.x), vectors = op.in / kVector;
  const auto place = [&](int v) { return static_cast<int>(threadIdx.x) + v * threads; };
  let_next_start<kAtStart>(kAtStart);

  uint4 weights[kVectors][kOutputs];
#pragma unroll
  for (int v = 0; v < kVectors; ++v) {
    const bool there = place(v) < vectors;
#pragma unroll
    for (int o = 0; o < kOutputs; ++o) {
      const int wanted = static_cast<int>(blockIdx.x) * kOutputs + o;
      const int64_t out = wanted < op.out ? wanted : 0;
      const uint4* weight = static_cast<const uint4*>(op.weight) + out * vectors + place(v);
      weights[v][o] = there ? load_once(weight) : uint4{0, 0, 0, 0};
    }
  }
  Target to = Target::of<kRows, kOutputs>(op);
  [[maybe_unused]] RunNorm<kNorm ? kRows : 1> norm(op, place(0) * kVector, kNorm && place(0) < vectors);
  wait_for_previous();

  for (int first = 0; first < op.rows; first += kRows) {
    Eight x[kRows][kVectors];
#pragma unroll
    for (int r = 0; r < kRows; ++r) {
      if (first + r >= op.rows) continue;
      const float* row = op.x + static_cast<int64_t>(first + r) * op.in;
#pragma unroll
      for (int v = 0; v < kVectors; ++v) {
        if (place(v) >= vectors) continue;
        x[r][v] = {load_four(row + place(v) * kVector), load_four(row + place(v) * kVector + 4)};
      }
    }
    if constexpr (kNorm) norm.load(op);
    const bool mine = to.begin(op, first);
    if constexpr (kNorm) norm.apply(op, x);

    float sums[kSums];  // of output o and row r at o * kRows + r
#pragma unroll
    for (int o = 0; o < kOutputs; ++o) {
#pragma unroll
      for (int r = 0; r < kRows; ++r) {
        float sum = 0.0F;
#pragma unroll
        for (int v = 0; v < kVectors; ++v) sum = x[r][v].times(weights[v][o], sum);
        sums[o * kRows + r] = sum;
      }
    }
    const float sum = warp_sums(sums, lane);
    constexpr int kLanes = kWarp / kSums;  // that hold the same one
    if (lane % kLanes == 0) parts[warp][lane / kLanes] = sum;
    __syncthreads();
    float result = 0;
    if (mine) {
      const float total = sum_of_parts<kMaxWarps>(&parts[0][threadIdx.x], kSums, threads / kWarp);
      result = to.end(op, first, total);
    }
    if constexpr (kOutputs == kEquiRun && kRows <= kEquiMaxRunRows) {
      if (op.y_runs != nullptr && warp == 0) write_run<kRows>(op, result);
    }
    if (first + kRows < op.rows) __syncthreads();  // parts are used again
  }
}

template <int kRows, int kOutputs, int kVectors = 1, int kMaxThreads = kThreads, bool kNorm = false>
cudaError_t launch_shape(const EquiLinear& op, const Launcher& launcher) {
  const int vectors = (op.in / kVector + kVectors - 1) / kVectors;
  const unsigned threads = blocks_for(vectors, kWarp) * kWarp;
  const auto kernel = linear<kRows, kOutputs, kVectors, kMaxThreads, kNorm>;
  return launcher(kernel, blocks_for(op.out, kOutputs), threads, 0, op);
}

// Up to 256 runs of 8 inputs: a thread has one of them.
template <int kRows, int kOutputs>
cudaError_t launch_narrow(const EquiLinear& op, const Launcher& launcher) {
  static_assert(kEquiMostRuns * kEquiRun <= kThreads * kVector && kEquiRun == kVector);
  if (op.norm.on != 0) return launch_shape<kRows, kOutputs, 1, kThreads, true>(op, launcher);
  return launch_shape<kRows, kOutputs>(op, launcher);
}

// Every block loads all rows: the more outputs it has, the less of that, as long as there are blocks for all
// multiprocessors.
constexpr int kManyOutputs = 768;

cudaError_t launch_wide(const EquiLinear& op, const Launcher& launcher) {
  static_assert(kEquiMaxWidth <= 2 * kManyThreads * kVector);
  if (op.in > kManyThreads * kVector) return launch_shape<2, 2, 2, kManyThreads>(op, launcher);
  return op.out >= kManyOutputs ? launch_shape<2, 8, 1, kManyThreads>(op, launcher)
                                : launch_shape<2, 2, 1, kManyThreads>(op, launcher);
}

// Whether moments are read and written as EquiLinear has it.
bool runs_fit(const EquiLinear& op) {
  static_assert(kEquiLeastRuns * kEquiRun == kManyOutputs);  // a block's outputs are a run
  static_assert(kEquiMostRunInputs == kManyThreads * kVector);
  const bool read =
      op.norm.on == 0 || (equi_may_have_runs(op.rows, 0, op.in) && op.x_runs != nullptr && aligned(op.norm));
  const bool written = op.y_runs == nullptr || (equi_may_have_runs(op.rows, op.in, op.out) &&
                                                (op.copies == 1 || op.epilogue < EQUI_ADD));
  return read && written;
}

}  // namespace

cudaError_t launch(const EquiLinear& op, const Launcher& launcher) {
  const bool usable = op.in % kVector == 0 && op.in >= kVector && op.in <= kEquiMaxWidth && op.rows >= 1 &&
                      op.rows <= kEquiMaxLinearRows && aligned(op.weight) && aligned(op.x) && runs_fit(op);
  if (!usable) return cudaErrorInvalidValue;
  if (op.in > kThreads * kVector) return launch_wide(op, launcher);
  const bool many = op.out >= kManyOutputs;
  if (op.rows == 1) return many ? launch_narrow<1, 8>(op, launcher) : launch_narrow<1, 2>(op, launcher);
  if (op.rows == 2) return many ? launch_narrow<2, 8>(op, launcher) : launch_narrow<2, 2>(op, launcher);
  return many ? launch_shape<4, 4>(op, launcher) : launch_shape<4, 2>(op, launcher);
}

}  // namespace equi::cuda
