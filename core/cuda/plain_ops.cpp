#include "core/cuda/plain_ops.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <vector>

namespace equi::cuda {
namespace {

using Half = std::uint16_t;  // the bits of a bfloat16

float widen(Half bits) {
  return std::bit_cast<float>(std::uint32_t{bits} << 16U);
}

Half narrow(float value) {  // to the nearest, ties to even
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if (std::isnan(value)) return static_cast<Half>((bits >> 16U) | 0x40U);
  return static_cast<Half>((bits + 0x7FFFU + ((bits >> 16U) & 1U)) >> 16U);
}

const Half* halves(const void* p) {
  return static_cast<const Half*>(p);
}
Half* halves(void* p) {
  return static_cast<Half*>(p);
}

double silu(double v) {
  return v / (1.0 + std::exp(-v));
}

double gelu(double v) {
  return 0.5 * v * (1.0 + std::erf(v * std::sqrt(0.5)));
}

// One number of a product on its way to y.
float finish(int32_t epilogue, double v, float before, const float* gate) {
  switch (epilogue) {
    case EQUI_SILU:
      return static_cast<float>(silu(v));
    case EQUI_GELU:
      return static_cast<float>(gelu(v));
    case EQUI_ADD:
      return static_cast<float>(before + v);
    case EQUI_ADD_GATED:
      return static_cast<float>(before + *gate * v);
    default:
      return static_cast<float>(v);
  }
}

// Row `row` of x, normalised as asked.
std::vector<double> normalised(const EquiNorm& n, const float* x, int64_t row, int64_t width) {
  std::vector<double> y(x, x + width);
  if (n.on == 0) return y;
  double mean = 0, variance = 0;
  for (const double v : y) mean += v / static_cast<double>(width);
  for (const double v : y) variance += (v - mean) * (v - mean) / static_cast<double>(width);
  const double scale = 1.0 / std::sqrt(variance + n.eps);
  for (int64_t i = 0; i < width; ++i) {
    double& v = y[static_cast<std::size_t>(i)];
    v = (v - mean) * scale;
    if (n.weight != nullptr) v = v * n.weight[i] + n.bias[i];
    const int64_t m = row * n.modulation_stride + i;
    if (n.scale != nullptr) v = v * (1.0 + n.scale[m]) + n.shift[m];
  }
  return y;
}

void run(const EquiLinear& op) {
  for (int64_t r = 0; r < op.rows; ++r) {
    const float* x = op.x + r * op.in;
    for (int64_t o = 0; o < op.out; ++o) {
      const Half* w = halves(op.weight) + o * op.in;
      double v = op.bias[o];
      for (int64_t i = 0; i < op.in; ++i) v += static_cast<double>(x[i]) * widen(w[i]);
      for (int64_t c = 0; c < op.copies; ++c) {
        float& y = op.y[(c * op.rows + r) * op.y_stride + o];
        y = finish(op.epilogue, v, y, op.gate + (op.gate == nullptr ? 0 : r * op.gate_stride + o));
      }
    }
  }
}

void run(const EquiGemm& op) {
  for (int64_t r = 0; r < op.rows; ++r) {
    const Half* a = halves(op.a) + r * op.in;
    for (int64_t o = 0; o < op.out; ++o) {
      const Half* w = halves(op.weight) + o * op.in;
      double v = op.bias[o];
      for (int64_t i = 0; i < op.in; ++i) v += static_cast<double>(widen(a[i])) * widen(w[i]);
      const float* gate = op.gate + (op.gate == nullptr ? 0 : r * op.gate_stride + o);
      for (int64_t to = r; to < int64_t{op.rows} * op.copies; to += op.rows) {
        float* y = op.y == nullptr ? nullptr : op.y + to * op.y_stride + o;
        const float result = finish(op.epilogue, v, y == nullptr ? 0.0F : *y, gate);
        if (y != nullptr) *y = result;
        if (op.y_operand != nullptr) halves(op.y_operand)[to * op.out + o] = narrow(result);
      }
    }
  }
}

void run(const EquiNormRows& op) {
  for (int64_t r = 0; r < op.rows; ++r) {
    const auto y = normalised(op.norm, op.x + r % op.x_rows * op.width, r, op.width);
    for (int64_t i = 0; i < op.width; ++i) {
      const auto v = static_cast<float>(y[static_cast<std::size_t>(i)]);
      const int64_t at = r * op.width + i;
      if (op.y_is_operand != 0) {
        halves(op.y)[at] = narrow(v);
      } else {
        static_cast<float*>(op.y)[at] = v;
      }
    }
  }
}

// Pair i of a vector rotated by a row of cos and sin.
struct Rotated {
  double even, odd;
  Rotated(double a, double b, const float* rope, int64_t i)
      : even(a * rope[2 * i] - b * rope[2 * i + 1]), odd(b * rope[2 * i] + a * rope[2 * i + 1]) {}
};

// One head's attention: scores first, then y = the mix of the values.
class Mix {
 public:
  explicit Mix(std::size_t keys) { scores_.reserve(keys); }
  void add(double score) { scores_.push_back(score); }

  // value(j, i) is number i of value j; results go to place `at` of y and y_operand, where they are given.
  template <class Value>
  void write(int64_t width, const Value& value, float* y, void* y_operand, int64_t at) const {
    const double most = *std::ranges::max_element(scores_);
    double total = 0;
    for (const double s : scores_) total += std::exp(s - most);
    for (int64_t i = 0; i < width; ++i) {
      double sum = 0;
      for (std::size_t j = 0; j < scores_.size(); ++j)
        sum += std::exp(scores_[j] - most) / total * value(j, i);
      const auto result = static_cast<float>(sum);
      if (y != nullptr) y[at + i] = result;
      if (y_operand != nullptr) halves(y_operand)[at + i] = narrow(result);
    }
  }

 private:
  std::vector<double> scores_;
};

void run(const EquiAttendWindow& op) {
  const int64_t w = op.head_width, d = op.heads * w, before = op.old_columns, kept = op.new_columns - 1;
  const double scale = 1.0 / std::sqrt(static_cast<double>(w));
  for (int64_t r = 0; r < op.rows; ++r) {
    const float* qkv = op.qkv + r * 3 * d;
    const auto push = [&](const void* old_window, void* new_window, const float* own) {
      Half* to = halves(new_window) + r * op.new_columns * d;
      std::copy_n(halves(old_window) + (r * before + before - kept) * d, kept * d, to);
      std::transform(own, own + d, to + kept * d, narrow);
    };
    push(op.old_keys, op.new_keys, qkv + d);
    push(op.old_values, op.new_values, qkv + 2 * d);
    for (int64_t h = 0; h < op.heads; ++h) {
      // Key or value j of this head: the old window's, then the new column's.
      const auto vector = [&](const void* old_window, const void* new_window, int64_t j) {
        return j < before ? halves(old_window) + (r * before + j) * d + h * w
                          : halves(new_window) + (r * op.new_columns + kept) * d + h * w;
      };
      Mix mix(static_cast<std::size_t>(before + 1));
      const float* q = qkv + h * w;
      for (int64_t j = 0; j <= before; ++j) {
        const Half* k = vector(op.old_keys, op.new_keys, j);
        double score = 0;
        for (int64_t i = 0; i < w / 2; ++i) {
          const Rotated a(q[2 * i], q[2 * i + 1], op.rope + before * w, i);
          const Rotated b(widen(k[2 * i]), widen(k[2 * i + 1]), op.rope + j * w, i);
          score += a.even * b.even + a.odd * b.odd;
        }
        mix.add(score * scale);
      }
      const auto value = [&](std::size_t j, int64_t i) {
        return widen(vector(op.old_values, op.new_values, static_cast<int64_t>(j))[i]);
      };
      mix.write(w, value, op.y, op.y_operand, r * d + h * w);
    }
  }
}

void run(const EquiAttendScene& op) {
  const int64_t w = op.head_width, d = op.heads * w;
  const double scale = 1.0 / std::sqrt(static_cast<double>(w));
  for (int64_t r = 0; r < op.rows; ++r) {
    for (int64_t h = 0; h < op.heads; ++h) {
      const auto vector = [&](const void* all, int64_t j) {
        return halves(all) + (r * op.tokens + j) * d + h * w;
      };
      const float* q = op.q + r * d + h * w;
      Mix mix(static_cast<std::size_t>(op.tokens));
      for (int64_t j = 0; j < op.tokens; ++j) {
        const Half* k = vector(op.keys, j);
        double score = 0;
        for (int64_t i = 0; i < w / 2; ++i) {
          const Rotated a(q[2 * i], q[2 * i + 1], op.rope, i);
          score += a.even * widen(k[2 * i]) + a.odd * widen(k[2 * i + 1]);
        }
        mix.add(score * scale);
      }
      const auto value = [&](std::size_t j, int64_t i) {
        return widen(vector(op.values, static_cast<int64_t>(j))[i]);
      };
      mix.write(w, value, op.y, op.y_operand, r * d + h * w);
    }
  }
}

void run(const EquiSiluSum& op) {
  for (int64_t row = 0; row < int64_t{op.steps} * op.rows; ++row) {
    const float* t = op.times + row / op.rows * op.width;
    const float* c = op.conditions + row % op.rows * op.width;
    for (int64_t i = 0; i < op.width; ++i) {
      halves(op.y)[row * op.width + i] = narrow(static_cast<float>(silu(static_cast<double>(t[i]) + c[i])));
    }
  }
}

void run(const EquiSolverStep& op) {
  for (int64_t i = 0; i < op.count; ++i) {
    double h = op.v[i];
    if (op.guided != 0) h = op.v[op.count + i] + *op.scale * (h - op.v[op.count + i]);
    if (op.clean != 0) h = op.z[i] - op.time * h;
    op.history[0][i] = static_cast<float>(h);
    double next = static_cast<double>(op.keep) * op.z[i];
    for (std::size_t j = 0; j < std::size(op.weights); ++j) {
      if (op.weights[j] != 0.0F) next += static_cast<double>(op.weights[j]) * op.history[j][i];
    }
    op.z[i] = static_cast<float>(next);
  }
}

void run(const EquiSolverPath& op) {
  constexpr std::size_t kHistory = 4;
  for (int64_t i = 0; i < op.count; ++i) {
    double z = op.start[i];
    std::array<double, kHistory> history{};  // newest first
    for (int64_t s = 0; s < op.steps; ++s) {
      const float* v = op.v + s * op.v_stride;
      const float* plan = op.plan + s * kEquiPlanNumbers;
      for (int64_t c = 0; c < op.copies; ++c) {
        halves(op.points)[(s * op.copies + c) * op.count + i] = narrow(static_cast<float>(z));
      }
      double h = v[i];
      if (op.guided != 0) h = v[op.count + i] + *op.scale * (h - v[op.count + i]);
      if (op.clean != 0) h = z - plan[0] * h;
      std::ranges::rotate(history, history.end() - 1);
      history[0] = h;
      z *= plan[1];
      for (std::size_t j = 0; j < kHistory; ++j) z += plan[2 + j] * history[j];
    }
    op.before[i] = op.end[i];
    op.end[i] = static_cast<float>(z);
  }
}

}  // namespace

void run_plain(std::span<const EquiOp> ops) {
  for (const auto& op : ops) {
    switch (op.kind) {
      case EQUI_OP_LINEAR:
        run(op.linear);
        break;
      case EQUI_OP_GEMM:
        run(op.gemm);
        break;
      case EQUI_OP_NORM_ROWS:
        run(op.norm_rows);
        break;
      case EQUI_OP_ATTEND_WINDOW:
        run(op.attend_window);
        break;
      case EQUI_OP_ATTEND_SCENE:
        run(op.attend_scene);
        break;
      case EQUI_OP_SILU_SUM:
        run(op.silu_sum);
        break;
      case EQUI_OP_SOLVER_STEP:
        run(op.solver_step);
        break;
      case EQUI_OP_SOLVER_PATH:
        run(op.solver_path);
        break;
      default:
        break;
    }
  }
}

}  // namespace equi::cuda
