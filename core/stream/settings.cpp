#include "core/stream/settings.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/sampling/solver.h"

namespace equi::stream {

GenerationSettings reference_settings(double scale, std::int64_t columns, int steps) {
  GenerationSettings settings;
  settings.positions = PositionMode::reference;
  settings.guidance = {sampling::Guidance::Schedule::linear, scale, columns};
  settings.solver = {sampling::Method::euler, {}, steps};
  return settings;
}

// The last column of training is asked for by the one before it; the shift is at most shift_num - 1.
double last_position(const GeneratorConfig& config) {
  return config.train_columns - 2 + std::max(config.shift_num - 1, 0);
}

void validate(const GenerationSettings& settings, const GeneratorConfig& config) {
  sampling::validate(settings.guidance);
  sampling::make_plan(settings.solver);
  const double last = last_position(config);
  if (settings.positions == PositionMode::stationary &&
      !(settings.hold_position >= 0 && settings.hold_position <= last)) {
    throw Error(ErrorKind::bad_input, "hold position",
                fmt::format("{} is outside what the model was trained on", settings.hold_position),
                fmt::format("0 to {}", last));
  }
}

}  // namespace equi::stream
