#include "app/cli/settings_options.h"

#include <algorithm>

#include "core/base/error.h"

namespace equi::cli {

void SettingsOptions::add_to(CLI::App& command) {
  command.add_option("--guidance", guidance, "Guidance scale (default: the model's own)");
  command.add_option("--schedule", schedule, "Guidance over the columns: ramp, constant or linear");
  command.add_option("--guidance-ramp", ramp, "Columns over which the guidance rises");
  command.add_option("--solver", solver, "euler, heun, midpoint, adams2, ... (bench solvers lists them)");
  command.add_option("--grid", grid, "Time grid: uniform, quadratic, cosine, shifted:N");
  command.add_option("--evaluations,--steps", evaluations, "Velocity evaluations for each column")
      ->check(CLI::Range(1, 10000));
  command.add_option("--positions", positions, "Position that the scene sees: stationary or reference")
      ->check(CLI::IsMember({"stationary", "reference"}));
}

bool SettingsOptions::any() const {
  return guidance || ramp || evaluations > 0 || !schedule.empty() || !solver.empty() || !grid.empty() ||
         !positions.empty();
}

void SettingsOptions::apply(stream::GenerationSettings& settings, std::int64_t columns) const {
  if (guidance) settings.guidance.scale = *guidance;
  if (!schedule.empty()) settings.guidance.schedule = sampling::parse_schedule(schedule);
  if (settings.guidance.schedule == sampling::Guidance::Schedule::linear)
    settings.guidance.columns = std::max<std::int64_t>(columns, 1);
  if (ramp) settings.guidance.columns = *ramp;
  if (!solver.empty()) settings.solver.method = sampling::parse_method(solver);
  if (!grid.empty()) settings.solver.grid = sampling::parse_time_grid(grid);
  if (evaluations > 0) settings.solver.evaluations = evaluations;
  if (!positions.empty()) {
    settings.positions =
        positions == "reference" ? stream::PositionMode::reference : stream::PositionMode::stationary;
  }
}

}  // namespace equi::cli
