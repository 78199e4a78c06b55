#include "core/sampling/time_grid.h"

#include <charconv>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "core/base/error.h"

namespace equi::sampling {
namespace {

constexpr double kMinShift = 0.01, kMaxShift = 100.0;
constexpr const char* kShiftedPrefix = "shifted:";

double warp(const TimeGrid& grid, double u) {
  switch (grid.kind) {
    case TimeGrid::Kind::uniform:
      return u;
    case TimeGrid::Kind::quadratic:
      return u * u;
    case TimeGrid::Kind::cosine:
      return 0.5 * (1.0 - std::cos(std::numbers::pi * u));
    case TimeGrid::Kind::shifted:
      break;
  }
  return grid.shift * u / (grid.shift * u + (1.0 - u));
}

}  // namespace

std::vector<double> TimeGrid::times(int intervals) const {
  std::vector<double> result;
  for (int i = intervals; i >= 0; --i) {
    result.push_back(warp(*this, static_cast<double>(i) / static_cast<double>(intervals)));
  }
  return result;
}

std::string name(const TimeGrid& grid) {
  switch (grid.kind) {
    case TimeGrid::Kind::uniform:
      return "uniform";
    case TimeGrid::Kind::quadratic:
      return "quadratic";
    case TimeGrid::Kind::cosine:
      return "cosine";
    case TimeGrid::Kind::shifted:
      break;
  }
  return fmt::format("{}{}", kShiftedPrefix, grid.shift);
}

TimeGrid parse_time_grid(const std::string& text) {
  for (const auto kind : {TimeGrid::Kind::uniform, TimeGrid::Kind::quadratic, TimeGrid::Kind::cosine}) {
    if (text == name(TimeGrid{kind})) return {kind};
  }
  const std::string prefix = kShiftedPrefix;
  if (text.starts_with(prefix)) {
    TimeGrid grid{TimeGrid::Kind::shifted};
    const char* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data() + prefix.size(), end, grid.shift);
    const bool whole = parsed.ec == std::errc() && parsed.ptr == end;
    if (whole && grid.shift >= kMinShift && grid.shift <= kMaxShift) return grid;
  }
  throw Error(ErrorKind::bad_input, "time grid", fmt::format("'{}' is unknown", printable(text)),
              "uniform, quadratic, cosine or shifted:2.5 (0.01 to 100)");
}

}  // namespace equi::sampling
