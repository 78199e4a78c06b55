#pragma once

#include <string>
#include <vector>

#include "core/sampling/solver_settings.h"

namespace equi::cli {

// The error of one solver at one count of evaluations.
struct SolverError {
  sampling::SolverSettings settings;
  double error = 0.0;  // relative
};

// An SVG picture: error over evaluations, both logarithmic, one curve for each solver at its best time grid.
std::string plot_solver_errors(const std::vector<SolverError>& errors);

}  // namespace equi::cli
