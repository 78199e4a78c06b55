#include "core/sampling/guidance.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/error.h"

namespace equi::sampling {

namespace {
constexpr double kMaxScale = 100.0;
}

double Guidance::at(std::int64_t column) const {
  if (schedule == Schedule::constant) return scale;
  const std::int64_t done = schedule == Schedule::linear ? column + 1 : std::min(column + 1, columns);
  return 1.0 + (scale - 1.0) * static_cast<double>(done) / static_cast<double>(columns);
}

std::string name(Guidance::Schedule schedule) {
  switch (schedule) {
    case Guidance::Schedule::constant:
      return "constant";
    case Guidance::Schedule::linear:
      return "linear";
    case Guidance::Schedule::ramp_hold:
      break;
  }
  return "ramp";
}

Guidance::Schedule parse_schedule(const std::string& text) {
  for (const auto each :
       {Guidance::Schedule::constant, Guidance::Schedule::linear, Guidance::Schedule::ramp_hold}) {
    if (text == name(each)) return each;
  }
  throw Error(ErrorKind::bad_input, "guidance schedule", fmt::format("'{}' is unknown", printable(text)),
              "constant, linear or ramp");
}

void validate(const Guidance& guidance) {
  if (!(guidance.scale >= 0 && guidance.scale <= kMaxScale)) {
    throw Error(ErrorKind::bad_input, "guidance", fmt::format("{} is not between 0 and 100", guidance.scale));
  }
  if (guidance.columns < 1) {
    throw Error(ErrorKind::bad_input, "guidance",
                fmt::format("a schedule over {} columns", guidance.columns));
  }
}

}  // namespace equi::sampling
