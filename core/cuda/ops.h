#pragma once

#include <cstdint>

// What one column is made of, as plain data: a list of operations on raw memory that is built once
// (core/stream/column_program) and carried out as often as there are columns, by kernels on a GPU (in one
// captured graph) or by the plain loops of plain_ops.cpp, which say what the kernels have to do.
//
// Weights, cached keys and values, and operands of `EquiGemm` are bfloat16; everything else is float32. All
// pointers of a list are of one device. Strides count numbers, not bytes.
extern "C" {

enum EquiEpilogue {
  EQUI_STORE = 0,  // y = v
  EQUI_SILU,       // y = v / (1 + exp(-v))
  EQUI_GELU,       // y = exact GELU of v
  EQUI_ADD,        // y += v
  EQUI_ADD_GATED,  // y += gate * v
};

// LayerNorm of a row, times weight plus bias where given, then times (1 + scale) plus shift where given.
struct EquiNorm {
  int32_t on;  // 0: the row as it is
  float eps;
  const float *weight, *bias;  // [width] or null
  const float *shift, *scale;  // row r at + r * modulation_stride, or null
  int64_t modulation_stride;
};

// y = epilogue(x W^T + bias) for 1 to 8 rows: a matrix-vector product for each. `in` is a multiple of 8; the
// weight and x are aligned to 16 bytes.
struct EquiLinear {
  const void* weight;  // [out, in]
  const float* bias;   // [out]
  int32_t in, out, rows;
  const float* x;  // row r at x + r * in
  int32_t epilogue;
  float* y;  // row r at y + r * y_stride
  int64_t y_stride;
  const float* gate;  // EQUI_ADD_GATED
  int64_t gate_stride;
  int32_t copies;  // row r goes to rows r, r + rows, ... of y: 2 where both guidance branches start from it
};

// y = epilogue(a W^T + bias) for any number of rows, on tensor cores where there are some. Widths are
// multiples of 16.
struct EquiGemm {
  const void* a;       // [rows, in]
  const void* weight;  // [out, in]
  const float* bias;   // [out]
  int32_t in, out, rows;
  int32_t epilogue;
  float* y;  // row r at y + r * y_stride; null: y_operand alone, and nothing to add to
  int64_t y_stride;
  const float* gate;
  int64_t gate_stride;
  int32_t copies;   // as EquiLinear's
  void* y_operand;  // the same as [rows * copies, out], what the next EquiGemm takes; or null
};

// y[r] = norm(x[r % x_rows]); the width is a multiple of 4, all pointers are aligned to 16 bytes.
struct EquiNormRows {
  const float* x;
  int32_t rows, x_rows, width;
  EquiNorm norm;
  void* y;  // [rows, width]; float32, or bfloat16 when y_is_operand
  int32_t y_is_operand;
};

// The new column's key and value go to the end of the window, the oldest leave; the query attends to the old
// window and the new column, at positions 0, 1, ... (at most 8 of them).
struct EquiAttendWindow {
  int32_t rows, heads, head_width;
  int32_t old_columns, new_columns;   // n and n' = min(n + 1, window)
  const float* qkv;                   // [rows, 3, heads, head_width]
  const void *old_keys, *old_values;  // [rows, n, heads, head_width]
  void *new_keys, *new_values;        // [rows, n', heads, head_width]
  const float* rope;                  // cos and sin, [n + 1, head_width / 2, 2]
  float* y;                           // [rows, heads, head_width], or null
  void* y_operand;                    // the same for EquiGemm, or null
};

// The query, rotated, attends to the scene's condition tokens.
struct EquiAttendScene {
  int32_t rows, heads, head_width, tokens;
  const float* q;             // [rows, heads, head_width]
  const void *keys, *values;  // [rows, tokens, heads, head_width]
  const float* rope;          // [head_width / 2, 2]
  float* y;                   // [rows, heads, head_width], or null
  void* y_operand;            // the same for EquiGemm, or null
};

// y[s * rows + r] = silu(times[s] + conditions[r]).
struct EquiSiluSum {
  int32_t steps, rows, width;
  const float *times, *conditions;  // [steps, width], [rows, width]
  void* y;                          // [steps * rows, width] bfloat16
};

// One step of a solver plan (core/sampling/solver.h) on `count` numbers:
//   h = guided ? v[count + i] + scale * (v[i] - v[count + i]) : v[i];   if (clean) h = z - time * h
//   history[0] = h;   z = keep * z + sum_j weights[j] * history[j]
struct EquiSolverStep {
  int32_t count, guided, clean;
  const float* v;      // [count], or [2 * count] when guided, conditional first
  const float* scale;  // one number: it changes from column to column
  float time, keep;
  float weights[4];
  float* history[4];  // [count] each, the newest first; [0] is written; entries of weight 0 are not read
  float* z;           // [count]
};

// A whole solver plan on `count` numbers, from velocities that are known at each of its points: one sweep of
// Picard's iteration (Shih et al. 2023, "Parallel sampling of diffusion models"). From z = start[i],
//   points[s] = z;   h_s = what EquiSolverStep makes of v at step s and of this z
//   z = keep_s z + sum_j weights_s[j] h_{s-j}
// for every step s; then before[i] = end[i] and end[i] = z.
struct EquiSolverPath {
  int32_t count, steps, guided, clean;
  const float* v;  // step s at v + s * v_stride, as EquiSolverStep's; stride 0: the same at every step
  int64_t v_stride;
  const float* scale;   // one number
  const float* plan;    // [steps, 6]: time, keep, weights
  const float* start;   // [count]
  void* points;         // [steps, copies, count] bfloat16
  int32_t copies;       // 2 where both guidance branches start from a point
  float *end, *before;  // [count]
};

enum EquiOpKind {
  EQUI_OP_LINEAR = 0,
  EQUI_OP_GEMM,
  EQUI_OP_NORM_ROWS,
  EQUI_OP_ATTEND_WINDOW,
  EQUI_OP_ATTEND_SCENE,
  EQUI_OP_SILU_SUM,
  EQUI_OP_SOLVER_STEP,
  EQUI_OP_SOLVER_PATH,
};

struct EquiOp {
  int32_t kind;
  union {
    EquiLinear linear;
    EquiGemm gemm;
    EquiNormRows norm_rows;
    EquiAttendWindow attend_window;
    EquiAttendScene attend_scene;
    EquiSiluSum silu_sum;
    EquiSolverStep solver_step;
    EquiSolverPath solver_path;
  };
};

constexpr int32_t kEquiMaxLinearRows = 8;  // of EquiLinear; more go through EquiGemm
constexpr int32_t kEquiMaxWidth = 8192;    // of a row of EquiLinear and EquiNormRows
constexpr int32_t kEquiMaxWindow = 8;      // keys of EquiAttendWindow
constexpr int32_t kEquiMaxHeadWidth = 128;
constexpr int32_t kEquiMaxPathSteps = 512;  // of EquiSolverPath
constexpr int32_t kEquiPlanNumbers = 6;     // of a step of its plan
}
