#pragma once

#include <string>
#include <vector>

#include "core/sampling/time_grid.h"

// Which solver integrates the rectified flow, as plain data without torch.
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

}  // namespace equi::sampling
