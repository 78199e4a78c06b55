#pragma once

#include <vector>

// The quadrature weights of the solvers: what a polynomial through known values contributes over the next
// interval. `nodes` are the times of the known values, newest first, all different.
namespace equi::sampling {

// The integral over [from, to] of the polynomial through the velocities at `nodes`, as weights of them.
std::vector<double> velocity_weights(const std::vector<double>& nodes, double from, double to);

// The exact solution of dz/dt = (z - x(t)) / t is
//   z(to) = (to / from) z(from) + to * integral over [to, from] of x(t) / t^2;
// the weights of the clean tokens x at `nodes` (at most 3) in the second term, x being a polynomial in t.
std::vector<double> clean_weights(const std::vector<double>& nodes, double from, double to);

// The same with x extrapolated linearly to the middle of the interval in log((1 - t) / t), as
// DPM-Solver++(2M) does; first order where that is infinite (from t = 1, and to t = 0).
std::vector<double> dpm_weights(const std::vector<double>& nodes, double from, double to);

}  // namespace equi::sampling
