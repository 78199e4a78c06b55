#include "core/sampling/solver_weights.h"

#include <array>
#include <cmath>

namespace equi::sampling {
namespace {

// Coefficients (constant first) of the Lagrange polynomial that is 1 at nodes[j] and 0 at the others.
std::vector<double> lagrange(const std::vector<double>& nodes, std::size_t j) {
  std::vector<double> p = {1.0};
  for (std::size_t m = 0; m < nodes.size(); ++m) {
    if (m == j) continue;
    const double scale = 1.0 / (nodes[j] - nodes[m]);
    std::vector<double> next(p.size() + 1, 0.0);  // p(t) * (t - nodes[m]) * scale
    for (std::size_t d = 0; d < p.size(); ++d) {
      next[d] -= p[d] * nodes[m] * scale;
      next[d + 1] += p[d] * scale;
    }
    p = next;
  }
  return p;
}

double log_signal_to_noise(double t) {
  return std::log((1.0 - t) / t);
}

}  // namespace

std::vector<double> velocity_weights(const std::vector<double>& nodes, double from, double to) {
  const double h = to - from;
  std::vector<double> shifted;  // in units of the interval, from its start: well conditioned on fine grids
  for (const double node : nodes) shifted.push_back((node - from) / h);
  std::vector<double> weights;
  for (std::size_t j = 0; j < nodes.size(); ++j) {
    double integral = 0.0;  // over [0, 1]
    const auto p = lagrange(shifted, j);
    for (std::size_t d = 0; d < p.size(); ++d) integral += p[d] / static_cast<double>(d + 1);
    weights.push_back(integral * h);
  }
  return weights;
}

std::vector<double> clean_weights(const std::vector<double>& nodes, double from, double to) {
  // to * integral over [to, from] of t^d / t^2, for d = 0, 1, 2
  const std::array<double, 3> moments = {1.0 - to / from, to > 0 ? to * std::log(from / to) : 0.0,
                                         to * (from - to)};
  std::vector<double> weights;
  for (std::size_t j = 0; j < nodes.size(); ++j) {
    const auto p = lagrange(nodes, j);
    double sum = 0.0;
    for (std::size_t d = 0; d < p.size(); ++d) sum += p[d] * moments[d];
    weights.push_back(sum);
  }
  return weights;
}

std::vector<double> dpm_weights(const std::vector<double>& nodes, double from, double to) {
  const double total = 1.0 - to / from;
  const bool finite = nodes.size() > 1 && nodes[1] < 1.0 && to > 0.0;
  if (!finite) return {total};
  const double now = log_signal_to_noise(from);
  const double ratio =
      (log_signal_to_noise(to) - now) / (now - log_signal_to_noise(nodes[1]));  // h_i / h_{i-1}
  return {total * (1.0 + ratio / 2), -total * ratio / 2};
}

}  // namespace equi::sampling
