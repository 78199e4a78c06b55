// Attention of one new column: a warp for each head of each row; every lane holds some of the head's pairs.
#include "core/cuda/device.cuh"
#include "core/cuda/launch.h"

namespace equi::cuda {
namespace {

constexpr int kWarps = 4;                              // heads of a block
constexpr int kPairs = kEquiMaxHeadWidth / 2 / kWarp;  // of a lane at most

// Up to kPairs pairs of a head: pair lane + 32 p.
struct Head {
  float2 pair[kPairs];
};

__device__ inline Head load(const float* x, int pairs, int lane) {
  Head h{};
  for (int p = 0; p < kPairs; ++p) {
    const int i = lane + p * kWarp;
    if (i < pairs) h.pair[p] = reinterpret_cast<const float2*>(x)[i];
  }
  return h;
}

__device__ inline Head load(const __nv_bfloat16* x, int pairs, int lane) {
  Head h{};
  for (int p = 0; p < kPairs; ++p) {
    const int i = lane + p * kWarp;
    if (i < pairs) h.pair[p] = __bfloat1622float2(reinterpret_cast<const __nv_bfloat162*>(x)[i]);
  }
  return h;
}

__device__ inline void store(const Head& h, __nv_bfloat16* x, int pairs, int lane) {
  for (int p = 0; p < kPairs; ++p) {
    const int i = lane + p * kWarp;
    if (i < pairs) reinterpret_cast<__nv_bfloat162*>(x)[i] = __float22bfloat162_rn(h.pair[p]);
  }
}

__device__ inline void store(const Head& h, float* x, int pairs, int lane) {
  for (int p = 0; p < kPairs; ++p) {
    const int i = lane + p * kWarp;
    if (i < pairs) reinterpret_cast<float2*>(x)[i] = h.pair[p];
  }
}

__device__ inline Head rotate(const Head& h, const float* rope, int pairs, int lane) {
  Head out{};
  for (int p = 0; p < kPairs; ++p) {
    const int i = lane + p * kWarp;
    if (i >= pairs) continue;
    const float2 v = h.pair[p], turn = reinterpret_cast<const float2*>(rope)[i];  // cos, sin
    out.pair[p] = {v.x * turn.x - v.y * turn.y, v.y * turn.x + v.x * turn.y};
  }
  return out;
}

__device__ inline float dot(const Head& a, const Head& b) {
  float sum = 0.0F;
  for (int p = 0; p < kPairs; ++p) sum += a.pair[p].x * b.pair[p].x + a.pair[p].y * b.pair[p].y;
  return warp_sum(sum);
}

// The softmax-weighted mean of values, one after the other.
class Mix {
 public:
  __device__ void add(float score, const Head& value) {
    const float most = fmaxf(most_, score);
    const float before = __expf(most_ - most), now = __expf(score - most);
    total_ = total_ * before + now;
    for (int p = 0; p < kPairs; ++p) {
      mixed_.pair[p].x = mixed_.pair[p].x * before + now * value.pair[p].x;
      mixed_.pair[p].y = mixed_.pair[p].y * before + now * value.pair[p].y;
    }
    most_ = most;
  }
  __device__ Head result() const {
    Head out = mixed_;
    for (auto& pair : out.pair) pair = {pair.x / total_, pair.y / total_};
    return out;
  }

 private:
  float most_ = -INFINITY, total_ = 0.0F;
  Head mixed_{};
};

// What a warp works on.
struct Place {
  int row, head, lane;
  __device__ Place(int heads)
      : row((static_cast<int>(blockIdx.x) * kWarps + static_cast<int>(threadIdx.x) / kWarp) / heads),
        head((static_cast<int>(blockIdx.x) * kWarps + static_cast<int>(threadIdx.x) / kWarp) % heads),
        lane(static_cast<int>(threadIdx.x) % kWarp) {}
};

__global__ void attend_window(EquiAttendWindow op) {
  const Place at(op.heads);
  const int w = op.head_width, pairs = w / 2, before = op.old_columns, kept = op.new_columns - 1;
  const int64_t d = static_cast<int64_t>(op.heads) * w, offset = static_cast<int64_t>(at.head) * w;
  let_next_start();
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
  const Head q = rotate(load(qkv, pairs, at.lane), op.rope + before * w, pairs, at.lane);
  const float scale = rsqrtf(static_cast<float>(w));
  Mix mix;
  for (int j = 0; j <= before; ++j) {
    Head key, value;
    if (j < before) {
      key = load(old_at(op.old_keys, j), pairs, at.lane);
      value = load(old_at(op.old_values, j), pairs, at.lane);
    } else {
      key = load(qkv + d, pairs, at.lane);
      value = load(qkv + 2 * d, pairs, at.lane);
    }
    const int slot = j - (before - kept);  // in the new window
    if (slot >= 0) {
      store(key, new_at(op.new_keys, slot), pairs, at.lane);
      store(value, new_at(op.new_values, slot), pairs, at.lane);
      if (j == before) {  // what later columns will see: each lane reads what it wrote
        key = load(new_at(op.new_keys, slot), pairs, at.lane);
        value = load(new_at(op.new_values, slot), pairs, at.lane);
      }
    }
    mix.add(dot(q, rotate(key, op.rope + j * w, pairs, at.lane)) * scale, value);
  }
  store(mix.result(), op.y + at.row * d + offset, pairs, at.lane);
}

__global__ void attend_scene(EquiAttendScene op) {
  const Place at(op.heads);
  const int w = op.head_width, pairs = w / 2;
  const int64_t d = static_cast<int64_t>(op.heads) * w, offset = static_cast<int64_t>(at.head) * w;
  let_next_start();
  wait_for_previous();
  if (at.row >= op.rows) return;
  const Head q = rotate(load(op.q + at.row * d + offset, pairs, at.lane), op.rope, pairs, at.lane);
  const float scale = rsqrtf(static_cast<float>(w));
  Mix mix;
  for (int j = 0; j < op.tokens; ++j) {
    const int64_t place = (static_cast<int64_t>(at.row) * op.tokens + j) * d + offset;
    const Head key = load(static_cast<const __nv_bfloat16*>(op.keys) + place, pairs, at.lane);
    const Head value = load(static_cast<const __nv_bfloat16*>(op.values) + place, pairs, at.lane);
    mix.add(dot(q, key) * scale, value);
  }
  store(mix.result(), op.y + at.row * d + offset, pairs, at.lane);
}

bool fits(int head_width) {
  return head_width % 2 == 0 && head_width <= kEquiMaxHeadWidth;
}

}  // namespace

cudaError_t launch(const EquiAttendWindow& op, const Launcher& launcher) {
  if (!fits(op.head_width) || op.old_columns >= kEquiMaxWindow) return cudaErrorInvalidValue;
  const auto heads = static_cast<int64_t>(op.rows) * op.heads;
  return launcher(attend_window, blocks_for(heads, kWarps), kWarps * kWarp, 0, op);
}

cudaError_t launch(const EquiAttendScene& op, const Launcher& launcher) {
  if (!fits(op.head_width)) return cudaErrorInvalidValue;
  const auto heads = static_cast<int64_t>(op.rows) * op.heads;
  return launcher(attend_scene, blocks_for(heads, kWarps), kWarps * kWarp, 0, op);
}

}  // namespace equi::cuda
