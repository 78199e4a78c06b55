#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <torch/torch.h>

#include "core/sampling/time_grid.h"

// Explicit solvers of the rectified flow dz/dt = v(z, t) from t = 1 down to t = 0 (algorithm.md section 3).
namespace equi::sampling {

enum class Method {
  euler,       // order 1, the authors'
  heun,        // order 2, two evaluations an interval
  midpoint,    // order 2, two evaluations an interval
  adams2,      // Adams-Bashforth, order 2, one evaluation an interval
  adams3,      // the same, order 3
  corrected2,  // predict with Adams-Bashforth 2, correct with Adams-Moulton 3 once the velocity is known
  corrected3,  // predict with Adams-Bashforth 3, correct with Adams-Moulton 4
  clean2,      // the clean token z - t v as a line in t, the rest exact (exponential integrator)
  clean3,      // the same as a parabola
  dpm2,        // DPM-Solver++(2M) (Lu et al. 2022) for this noise schedule
};

struct SolverSettings {
  Method method = Method::euler;
  TimeGrid grid;
  int evaluations = 100;  // of the velocity, for each column; 1..10000 (heun and midpoint: an even number)
  bool operator==(const SolverSettings&) const = default;
};

// "euler", "heun", ... and back. Throws Error(bad_input) for another text.
std::string name(Method method);
Method parse_method(const std::string& text);
const std::vector<Method>& all_methods();

// A solver as plain data: every method here is a fixed recipe of linear combinations, so all times and all
// weights are known before the first evaluation.
//   h_i = v(z_i, times[i])                         or z_i - times[i] v(z_i, times[i]) when `clean`
//   z_{i+1} = keep z_i + sum_j weights[j] h_{i-j}  weights[0] belongs to the newest
// z_0 is the noise, the last z is the token. Points between may be stages, not points of the path.
struct SolverPlan {
  static constexpr int kHistory = 4;
  struct Step {
    double keep = 1.0;
    std::array<double, kHistory> weights = {};
  };
  bool clean = false;
  std::vector<double> times;  // [evaluations], falling or equal, within (0, 1], but heun's last is 0
  std::vector<Step> steps;    // [evaluations]
};

// Throws Error(bad_input) for a count of evaluations that the method cannot do.
SolverPlan make_plan(const SolverSettings& settings);

// The velocity at z at the plan's time number `index`, same shape as z.
using Velocity = std::function<torch::Tensor(const torch::Tensor& z, std::int64_t index)>;

// Runs a plan from z at t = 1; z: any shape. Returns z at t = 0.
torch::Tensor integrate(const SolverPlan& plan, torch::Tensor z, const Velocity& velocity);

}  // namespace equi::sampling
