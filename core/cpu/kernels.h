#pragma once

#include <cstddef>
#include <cstdint>

#include "core/cpu/image_kernels.h"

// Kernels for a few rows of activations, on raw memory: no tensors, no allocation, no threads of their own.
// A kernel exists once for each instruction set; which one runs is decided when a table is asked for (isa.h),
// so a program with all of them starts on every x86-64.
namespace equi::cpu {

// Instruction sets, the slowest first.
enum class Isa {
  baseline,     // what the compiler assumes (SSE2 on x86-64)
  avx2,         // AVX2 and FMA
  avx512,       // AVX-512 F, BW, DQ, VL
  avx512_bf16,  // the same with products of bfloat16 pairs
  amx_bf16,     // the same with AMX's tiles of them, and VBMI
};

// The upper half of a float32. Same layout as libtorch's; a type of our own so that kernels know no torch.
struct BFloat16 {
  std::uint16_t bits;
};

// What weights are stored as. Sums are float32 always.
enum class WeightType { float32, bfloat16 };

// A matrix may also be stored in 8 bits: weight = int8 * scale, one scale for each output. It lies in memory
// as it is read: for each kInt8Outputs outputs and each kInt8Chunk inputs a block [kInt8Outputs, kInt8Chunk],
// filled up with zeros. Operands hold these integers exactly.
inline constexpr std::int64_t kInt8Outputs = 16;
inline constexpr std::int64_t kInt8Chunk = 64;

// What happens to a matrix product once it and its bias are summed.
enum class Epilogue {
  store,      // y = v                    y: float32
  silu,       // y = v / (1 + exp(-v))    y: operands of another product
  gelu,       // y = exact GELU of v      y: operands of another product
  add,        // y += v                   y: float32
  add_gated,  // y += gate * v            y, gate: float32
};

// y = epilogue(x W^T + bias) for one matrix.
struct LinearTask {
  const void* weight = nullptr;  // [out, in] row after row, of the table's weight type; int8 with scales
  const float* bias = nullptr;   // [out], or nullptr
  std::int64_t in = 0, out = 0;
  const void* x = nullptr;  // [rows, in] operands
  std::int64_t rows = 0;
  Epilogue epilogue = Epilogue::store;
  void* y = nullptr;            // [rows, out], row r at y + r * y_stride numbers
  std::int64_t y_stride = 0;    // at least out
  const float* gate = nullptr;  // add_gated: as y
  std::int64_t gate_stride = 0;
  const float* scales = nullptr;  // [out]: the weight is int8 in blocks; nullptr: it is not
};

// y = LayerNorm(x) * weight + bias, then * (1 + scale) + shift where a modulation is given.
struct NormTask {
  const float* x = nullptr;  // [rows, width]
  std::int64_t rows = 0, width = 0;
  double eps = 0;
  const float *weight = nullptr, *bias = nullptr;  // [width], or nullptr for 1 and 0
  const float *shift = nullptr, *scale = nullptr;  // row r at + r * modulation_stride, or nullptr
  std::int64_t modulation_stride = 0;
  void* y = nullptr;  // [rows, width] operands
};

// Attention of one query for each row over few keys:
//   y = sum_j softmax_j(q . k_j / sqrt(head_width)) v_j, with q and, where tables are given, k_j rotated.
struct AttendTask {
  std::int64_t rows = 0, heads = 0, head_width = 0, keys = 0;
  const float* q = nullptr;  // [rows, heads * head_width], row r at q + r * q_stride
  std::int64_t q_stride = 0;
  // Key j of row r at keys_at[j] + r * row_stride[j] numbers of the table's weight type; values the same.
  const void* const* keys_at = nullptr;
  const void* const* values_at = nullptr;
  const std::int64_t* row_strides = nullptr;  // [keys]
  // cos for both numbers of each pair, then -sin, +sin: [2, head_width]; the query's, and one for each key
  // (nullptr: keys are not rotated).
  const float* q_rope = nullptr;
  const float* k_rope = nullptr;  // [keys, 2, head_width]
  float* scratch = nullptr;       // room for rows * heads * (keys + head_width) numbers
  void* y = nullptr;              // [rows, heads * head_width] operands
};

// One table for each instruction set and weight type. "Operands" are what products take: bfloat16 with
// avx512_bf16 or amx_bf16 and bfloat16 weights, float32 otherwise.
struct Kernels {
  Isa isa = Isa::baseline;
  WeightType weights = WeightType::float32;
  std::size_t weight_bytes = 4;   // of one weight
  std::size_t operand_bytes = 4;  // of one operand

  std::size_t scratch_bytes = 0;  // that linear() wants for each operand

  // Outputs [begin, end) of every row; begin: a multiple of kInt8Outputs where the weight is int8. scratch:
  // scratch_size(kernels, task) bytes (linear.h), aligned to a cache line, of this call alone.
  void (*linear)(const LinearTask& task, std::int64_t begin, std::int64_t end, void* scratch) = nullptr;
  // Rows [begin, end).
  void (*norm)(const NormTask& task, std::int64_t begin, std::int64_t end) = nullptr;
  // Heads [begin, end) of rows * heads.
  void (*attend)(const AttendTask& task, std::int64_t begin, std::int64_t end) = nullptr;
  // Operands y[i] = x[i], count numbers.
  void (*to_operands)(const float* x, std::int64_t count, void* y) = nullptr;
  // Operands y[i] = silu(a[i] + b[i]).
  void (*silu_of_sum)(const float* a, const float* b, std::int64_t count, void* y) = nullptr;
  // Numbers of the weight type (cached keys and values) y[i] = x[i].
  void (*to_weights)(const float* x, std::int64_t count, void* y) = nullptr;
  ImageKernels image;
};

}  // namespace equi::cpu
