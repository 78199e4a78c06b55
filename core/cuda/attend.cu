// Attention of one new column: a warp for each head of each row; every lane holds some of the head's pairs.
// Keys and values of several positions are on their way at once, before the first score is needed.
#include "core/cuda/device.cuh"
#include "core/cuda/launch.h"

namespace equi::cuda {
namespace {

constexpr int kWarps = 4;  // heads of a block
constexpr int kMaxPairs = kEquiMaxHeadWidth / 2 / kWarp;

// kPairs pairs of a head: pair lane + 32 p, zeros beyond the head's width.
template <int kPairs>
struct Head {
  float2 pair[kPairs] = {};

  __device__ Head rotated(const Head& turn) const {  // by pairs of cos and sin
    Head out;
#pragma unroll
    for (int p = 0; p < kPairs; ++p) {
      const float2 v = pair[p], t = turn.pair[p];
      out.pair[p] = {v.x * t.x - v.y * t.y, v.y * t.x + v.x * t.y};
    }
    return out;
  }
  __device__ float dot(const Head& b) const {
    float sum = 0.0F;
#pragma unroll
    for (int p = 0; p < kPairs; ++p) sum += pair[p].x * b.pair[p].x + pair[p].y * b.pair[p].y;
    return warp_sum(sum);
  }
};

// The same as it lies in memory.
template <int kPairs>
struct HalfHead {
  __nv_bfloat162 pair[kPairs];

  __device__ Head<kPairs> whole() const {
    Head<kPairs> h;
#pragma unroll
    for (int p = 0; p < kPairs; ++p) h.pair[p] = __bfloat1622float2(pair[p]);
    return h;
  }
};

// What a warp works on, and how its lanes read and write heads.
template <int kPairs>
struct Place {
  int row, head, lane, pairs;

  __device__ Place(int heads, int head_width)
      : row((static_cast<int>(blockIdx.x) * kWarps + static_cast<int>(threadIdx.x) / kWarp) / heads),
        head((static_cast<int>(blockIdx.x) * kWarps + static_cast<int>(threadIdx.x) / kWarp) % heads),
        lane(static_cast<int>(threadIdx.x) % kWarp),
        pairs(head_width / 2) {}

  __device__ Head<kPairs> load(const float* x) const {
    Head<kPairs> h;
#pragma unroll
    for (int p = 0; p < kPairs; ++p) {
      const int i = lane + p * kWarp;
      if (i < pairs) h.pair[p] = reinterpret_cast<const float2*>(x)[i];
    }
    return h;
  }
  __device__ HalfHead<kPairs> load(const __nv_bfloat16* x) const {
    HalfHead<kPairs> h;
#pragma unroll
    for (int p = 0; p < kPairs; ++p) {
      const int i = lane + p * kWarp;
      h.pair[p] = i < pairs ? reinterpret_cast<const __nv_bfloat162*>(x)[i] : __float22bfloat162_rn({0, 0});
    }
    return h;
  }
  __device__ void store(const HalfHead<kPairs>& h, __nv_bfloat16* x) const {
#pragma unroll
    for (int p = 0; p < kPairs; ++p) {
      const int i = lane + p * kWarp;
      if (i < pairs) reinterpret_cast<__nv_bfloat162*>(x)[i] = h.pair[p];
    }
  }
  __device__ static HalfHead<kPairs> halved(const Head<kPairs>& h) {
    HalfHead<kPairs> out;
#pragma unroll
    for (int p = 0; p < kPairs; ++p) out.pair[p] = __float22bfloat162_rn(h.pair[p]);
    return out;
  }
  // A result at `at`, as whoever comes next wants it.
  __device__ void store(const Head<kPairs>& h, float* y, void* y_operand, int64_t at) const {
    if (y_operand != nullptr) store(halved(h), static_cast<__nv_bfloat16*>(y_operand) + at);
    if (y == nullptr) return;
#pragma unroll
    for (int p = 0; p < kPairs; ++p) {
      const int i = lane + p * kWarp;
      if (i < pairs) reinterpret_cast<float2*>(y + at)[i] = h.pair[p];
    }
  }
};

// The softmax-weighted mean of values, several at a time.
template <int kPairs>
class Mix {
 public:
  // Scores of positions that are not there are -INFINITY; one at least is there.
  template <int kCount>
  __device__ void add(const float (&scores)[kCount], const HalfHead<kPairs> (&values)[kCount]) {
    float most = most_;
#pragma unroll
    for (int j = 0; j < kCount; ++j) most = fmaxf(most, scores[j]);
    const float before = __expf(most_ - most);
    total_ *= before;
#pragma unroll
    for (int p = 0; p < kPairs; ++p) mixed_.pair[p] = {mixed_.pair[p].x * before, mixed_.pair[p].y * before};
#pragma unroll
    for (int j = 0; j < kCount; ++j) {
      const float weight = __expf(scores[j] - most);
      const Head<kPairs> value = values[j].whole();
      total_ += weight;
#pragma unroll
      for (int p = 0; p < kPairs; ++p) {
        mixed_.pair[p].x = fmaf(weight, value.pair[p].x, mixed_.pair[p].x);
        mixed_.pair[p].y = fmaf(weight, value.pair[p].y, mixed_.pair[p].y);
      }
    }
    most_ = most;
  }
  __device__ Head<kPairs> result() const {
    Head<kPairs> out = mixed_;
    const float share = 1.0F / total_;
#pragma unroll
    for (int p = 0; p < kPairs; ++p) out.pair[p] = {out.pair[p].x * share, out.pair[p].y * share};
    return out;
  }

 private:
  float most_ = -INFINITY, total_ = 0.0F;
  Head<kPairs> mixed_;
};

// Operands are for products of many rows.
template <class Op>
__device__ inline TriggerPoint when(const Op& op) {
  return op.y_operand != nullptr ? kLoading : kAtStart;
}

template <int kPairs>
__global__ void __launch_bounds__(kWarps* kWarp) attend_window(EquiAttendWindow op) {
  const Place<kPairs> at(op.heads, op.head_width);
  const int w = op.head_width, before = op.old_columns, kept = op.new_columns - 1;
  const int64_t d = static_cast<int64_t>(op.heads) * w, offset = static_cast<int64_t>(at.head) * w;
  let_next_start<kAtStart>(when(op));
  wait_for_previous();
  if (at.row >= op.rows) return;
  const float* qkv = op.qkv + at.row * 3 * d + offset;
  const auto old_at = [&](const void* window, int j) {
    return static_cast<const __nv_bfloat16*>(window) + (static_cast<int64_t>(at.row) * before + j) * d +
           offset;
  };
  const auto new_at = [&](void* window, int j) {
    return static_cast<__nv_bfloat16*>(window) + (static_cast<int64_t>(at.row) * op.new_columns + j) * d +
           offset;
  };
  const Head<kPairs> query = at.load(qkv), own_key = at.load(qkv + d), own_value = at.load(qkv + 2 * d);
  HalfHead<kPairs> keys[kEquiMaxWindow], values[kEquiMaxWindow];
  Head<kPairs> turns[kEquiMaxWindow];
#pragma unroll
  for (int j = 0; j < kEquiMaxWindow; ++j) {
    keys[j] = values[j] = Place<kPairs>::halved({});
    if (j < before) {
      keys[j] = at.load(old_at(op.old_keys, j));
      values[j] = at.load(old_at(op.old_values, j));
    }
    if (j <= before) turns[j] = at.load(op.rope + j * w);
  }
  const Head<kPairs> own_turn = at.load(op.rope + before * w);
  let_next_start<kLoading>(when(op));

  const Head<kPairs> q = query.rotated(own_turn);
  const float scale = rsqrtf(static_cast<float>(w));
  float scores[kEquiMaxWindow];
#pragma unroll
  for (int j = 0; j < kEquiMaxWindow; ++j) {
    if (j == before) {  // what later columns will see
      keys[j] = Place<kPairs>::halved(own_key);
      values[j] = Place<kPairs>::halved(own_value);
    }
    const float score = q.dot(keys[j].whole().rotated(turns[j])) * scale;
    scores[j] = j <= before ? score : -INFINITY;
    const int slot = j - (before - kept);  // in the new window
    if (j > before || slot < 0) continue;
    at.store(keys[j], new_at(op.new_keys, slot));
    at.store(values[j], new_at(op.new_values, slot));
  }
  Mix<kPairs> mix;
  mix.add(scores, values);
  at.store(mix.result(), op.y, op.y_operand, at.row * d + offset);
}

template <int kPairs>
__global__ void __launch_bounds__(kWarps* kWarp) attend_scene(EquiAttendScene op) {
  constexpr int kTokens = 16 / kPairs;  // at a time
  const Place<kPairs> at(op.heads, op.head_width);
  const int w = op.head_width;
  const int64_t d = static_cast<int64_t>(op.heads) * w, offset = static_cast<int64_t>(at.head) * w;
  let_next_start<kAtStart>(when(op));
  wait_for_previous();
  if (at.row >= op.rows) return;
  const Head<kPairs> query = at.load(op.q + at.row * d + offset), turn = at.load(op.rope);
  const float scale = rsqrtf(static_cast<float>(w));
  Mix<kPairs> mix;
  for (int first = 0; first < op.tokens; first += kTokens) {
    HalfHead<kPairs> keys[kTokens], values[kTokens];
#pragma unroll
    for (int j = 0; j < kTokens; ++j) {
      const int token = first + j < op.tokens ? first + j : op.tokens - 1;
      const int64_t place = (static_cast<int64_t>(at.row) * op.tokens + token) * d + offset;
      keys[j] = at.load(static_cast<const __nv_bfloat16*>(op.keys) + place);
      values[j] = at.load(static_cast<const __nv_bfloat16*>(op.values) + place);
    }
    let_next_start<kLoading>(when(op));
    const Head<kPairs> q = query.rotated(turn);
    float scores[kTokens];
#pragma unroll
    for (int j = 0; j < kTokens; ++j) {
      const float score = q.dot(keys[j].whole()) * scale;
      scores[j] = first + j < op.tokens ? score : -INFINITY;
    }
    mix.add(scores, values);
  }
  at.store(mix.result(), op.y, op.y_operand, at.row * d + offset);
}

bool fits(int head_width, int kept) {
  return head_width % 2 == 0 && head_width <= kEquiMaxHeadWidth && kept > 0;
}

template <class Op>
cudaError_t launch_heads(void (*narrow)(Op), void (*wide)(Op), const Op& op, const Launcher& launcher) {
  static_assert(kMaxPairs == 2);
  const unsigned blocks = blocks_for(static_cast<int64_t>(op.rows) * op.heads, kWarps);
  return launcher(op.head_width <= 2 * kWarp ? narrow : wide, blocks, kWarps * kWarp, 0, op);
}

}  // namespace

cudaError_t launch(const EquiAttendWindow& op, const Launcher& launcher) {
  if (!fits(op.head_width, op.new_columns) || op.old_columns >= kEquiMaxWindow) return cudaErrorInvalidValue;
  return launch_heads(attend_window<1>, attend_window<2>, op, launcher);
}

cudaError_t launch(const EquiAttendScene& op, const Launcher& launcher) {
  if (!fits(op.head_width, op.tokens)) return cudaErrorInvalidValue;
  return launch_heads(attend_scene<1>, attend_scene<2>, op, launcher);
}

}  // namespace equi::cuda
