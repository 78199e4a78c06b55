#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <torch/torch.h>

#include "core/sampling/solver_settings.h"

// Explicit solvers of the rectified flow dz/dt = v(z, t) from t = 1 down to t = 0 (algorithm.md section 3).
namespace equi::sampling {

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

// The same by Picard's iteration (Shih et al. 2023, "Parallel sampling of diffusion models"): the velocities
// at all points of the plan, which may be found side by side, then all points from those, `sweeps` times,
// starting with z's own velocity at every step. As many sweeps as steps are exact; a flow needs few (README,
// "Speed").
torch::Tensor integrate_by_sweeps(const SolverPlan& plan, const torch::Tensor& z, const Velocity& velocity,
                                  std::int64_t sweeps);

}  // namespace equi::sampling
