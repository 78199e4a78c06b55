#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "core/stream/settings.h"

namespace equi::cli {

// The options that say how columns are made; what is not given keeps the model's own setting.
struct SettingsOptions {
  double guidance = -1;  // below 0: not given
  std::string schedule;  // empty: not given, like the texts that follow
  std::int64_t ramp = 0;
  std::string solver, grid, positions;
  int evaluations = 0;

  void add_to(CLI::App& command);
  bool any() const;
  // Throws Error(bad_input) for a text that names nothing.
  void apply(stream::GenerationSettings& settings) const;
};

}  // namespace equi::cli
