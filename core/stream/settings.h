#pragma once

#include "core/checkpoint/architecture.h"
#include "core/sampling/guidance.h"
#include "core/sampling/solver_settings.h"

namespace equi::stream {

// Which position the class condition sees (algorithm.md section 7). Self-attention is relative in both.
enum class PositionMode {
  reference,   // the column's own, as in the authors' sampler: for parity
  stationary,  // rises to `hold_position` and stays: every later column is the same function of its window
};

// How columns are made, as plain data: one value for a span of a document.
struct GenerationSettings {
  PositionMode positions = PositionMode::stationary;
  // The most frequent position in training: columns 0..15 plus a shift of 0..15 make 15 the middle.
  double hold_position = 15.0;
  sampling::Guidance guidance;
  // Chosen by `bench solvers` on models/demo: an eighth of the error of 100 Euler steps in 16 evaluations.
  sampling::SolverSettings solver{sampling::Method::corrected3, {sampling::TimeGrid::Kind::quadratic}, 16};
  bool operator==(const GenerationSettings&) const = default;
};

// The authors' published setting for a picture of `columns` columns: absolute positions, linear guidance to
// `scale`, Euler with `steps` steps.
GenerationSettings reference_settings(double scale, std::int64_t columns, int steps);

// The last position that the model was trained to be asked at.
double last_position(const GeneratorConfig& config);

// Throws Error(bad_input) when something is out of range, the hold position beyond what this model has been
// trained on included.
void validate(const GenerationSettings& settings, const GeneratorConfig& config);

}  // namespace equi::stream
