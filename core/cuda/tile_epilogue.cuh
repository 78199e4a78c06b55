// The way out of a product of many rows.
#pragma once

#include "core/cuda/device.cuh"

namespace equi::cuda {

// Two neighbouring outputs of each of two neighbouring rows. The constructor reads what the sums meet,
// finish() writes the results.
class TileEpilogue {
 public:
  __device__ TileEpilogue(const EquiGemm& op, int row, int out) : row_(row), out_(out) {
    if (out >= op.out) return;
    bias_ = {op.bias[out], op.bias[out + 1]};
    if (op.epilogue < EQUI_ADD) return;
#pragma unroll
    for (int r = 0; r < 2; ++r) {
      if (row + r >= op.rows) continue;
      before_[r] = read(op.y + (row + r) * op.y_stride + out);
      if (op.epilogue == EQUI_ADD_GATED) gate_[r] = read(op.gate + (row + r) * op.gate_stride + out);
    }
  }

  // sums[r]: of row r.
  __device__ void finish(const EquiGemm& op, const float2 (&sums)[2]) const {
    if (out_ >= op.out) return;
#pragma unroll 1
    for (int c = 0; c < op.copies; ++c) {
#pragma unroll
      for (int r = 0; r < 2; ++r) {
        if (row_ + r >= op.rows) continue;
        const int64_t to = static_cast<int64_t>(c) * op.rows + row_ + r;
        float* y = op.y + to * op.y_stride + out_;
        const float2 was = c == 0 || op.epilogue < EQUI_ADD ? before_[r] : read(y);
        const float2 v = {equi::cuda::finish(op.epilogue, sums[r].x + bias_.x, was.x, gate_[r].x),
                          equi::cuda::finish(op.epilogue, sums[r].y + bias_.y, was.y, gate_[r].y)};
        if (op.y != nullptr) write(y, v);
        if (op.y_operand == nullptr) continue;
        auto* operand = static_cast<__nv_bfloat16*>(op.y_operand) + to * op.out + out_;
        *reinterpret_cast<__nv_bfloat162*>(operand) = __float22bfloat162_rn(v);
      }
    }
  }

 private:
  // Rows may begin anywhere.
  __device__ static bool even(const float* p) {
    return reinterpret_cast<std::uintptr_t>(p) % sizeof(float2) == 0;
  }
  __device__ static float2 read(const float* p) {
    if (even(p)) return *reinterpret_cast<const float2*>(p);
    return {p[0], p[1]};
  }
  __device__ static void write(float* p, const float2& v) {
    if (even(p)) {
      *reinterpret_cast<float2*>(p) = v;
    } else {
      p[0] = v.x;
      p[1] = v.y;
    }
  }

  int row_, out_;
  float2 bias_ = {0, 0}, before_[2] = {}, gate_[2] = {};
};

}  // namespace equi::cuda
