// What both kinds of products of many rows share.
#pragma once

#include "core/cuda/device.cuh"
#include "core/cuda/launch.h"

namespace equi::cuda {

// Products of many rows, or so many outputs that tiles of them occupy the device (gemm_tiles.cu).
bool suits_tiles(const EquiGemm& op);
cudaError_t launch_gemm_tiles(const EquiGemm& op, const Launcher& launcher);

// The way out of two neighbouring outputs of one row, in three steps: what may be read before the kernel in
// front has ended, what may be read after it, and the results.
struct PairEpilogue {
  int out;
  float2 bias = {0, 0}, gate = {0, 0}, before = {0, 0};

  __device__ PairEpilogue(const EquiGemm& op, int out_) : out(out_) {
    if (out < op.out) bias = {op.bias[out], op.bias[out + 1]};
  }

  __device__ void begin(const EquiGemm& op, int row) {
    if (row >= op.rows || out >= op.out || op.epilogue < EQUI_ADD) return;
    before = read(op.y + row * op.y_stride + out);
    if (op.epilogue == EQUI_ADD_GATED) gate = read(op.gate + row * op.gate_stride + out);
  }

  __device__ void end(const EquiGemm& op, int row, const float2& sum) const {
    if (row >= op.rows || out >= op.out) return;
    for (int c = 0; c < op.copies; ++c) {
      const int64_t to = static_cast<int64_t>(c) * op.rows + row;
      float* y = op.y + to * op.y_stride + out;
      const float2 was = c == 0 || op.epilogue < EQUI_ADD ? before : read(y);
      const float2 v = {finish(op.epilogue, sum.x + bias.x, was.x, gate.x),
                        finish(op.epilogue, sum.y + bias.y, was.y, gate.y)};
      if (op.y != nullptr) write(y, v);
      if (op.y_operand == nullptr) continue;
      auto* operand = static_cast<__nv_bfloat16*>(op.y_operand) + to * op.out + out;
      *reinterpret_cast<__nv_bfloat162*>(operand) = __float22bfloat162_rn(v);
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
};

}  // namespace equi::cuda
