#pragma once

#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "core/stream/settings.h"

namespace equi::cli {

// The options that say how columns are made; what is not given keeps the model's own setting.
struct SettingsOptions {
  std::optional<double> guidance;
  std::string schedule;  // empty: not given, like the texts that follow
  std::optional<std::int64_t> ramp;
  std::string solver, grid, positions;
  int evaluations = 0;

  void add_to(CLI::App& command);
  bool any() const;
  // Throws Error(bad_input) for a text that names nothing.
  // A linear schedule without a ramp of its own rises over `columns`, those of the picture.
  void apply(stream::GenerationSettings& settings, std::int64_t columns) const;
};

}  // namespace equi::cli
