#include "core/inspect/equivariance_result.h"

#include <algorithm>

#include "core/base/error.h"

namespace equi::inspect {
namespace {

ShiftError mean_where(const Equivariance& result, bool whole) {
  ShiftError mean;
  double count = 0;
  for (const auto& each : result.shifts) {
    if ((each.shift % result.column_pixels == 0) != whole) continue;
    mean.encode += each.encode;
    mean.decode += each.decode;
    mean.round_trip += each.round_trip;
    ++count;
  }
  if (count == 0) return mean;
  return {0, mean.encode / count, mean.decode / count, mean.round_trip / count};
}

}  // namespace

std::vector<int> default_shifts(int column_pixels) {
  std::vector<int> shifts;
  for (int quarter = 1; quarter <= 8; ++quarter) {
    const int shift = quarter * column_pixels / 4;
    if (shift >= 1 && (shifts.empty() || shifts.back() != shift)) shifts.push_back(shift);
  }
  shifts.push_back(3 * column_pixels);
  shifts.push_back(4 * column_pixels);
  return shifts;
}

ShiftError Equivariance::whole_columns() const {
  return mean_where(*this, true);
}

ShiftError Equivariance::parts_of_columns() const {
  return mean_where(*this, false);
}

Equivariance average(const std::vector<Equivariance>& all) {
  if (all.empty()) throw Error(ErrorKind::bad_input, "equivariance", "no picture was measured");
  Equivariance result = all.front();
  result.windows = 0;
  for (auto& each : result.shifts) each = {each.shift};
  for (const auto& one : all) {
    if (!std::ranges::equal(one.shifts, result.shifts, {}, &ShiftError::shift, &ShiftError::shift)) {
      throw Error(ErrorKind::bad_input, "equivariance", "the pictures were measured at different shifts");
    }
    result.windows += one.windows;
    for (std::size_t i = 0; i < one.shifts.size(); ++i) {
      const auto weight = static_cast<double>(one.windows);
      result.shifts[i].encode += weight * one.shifts[i].encode;
      result.shifts[i].decode += weight * one.shifts[i].decode;
      result.shifts[i].round_trip += weight * one.shifts[i].round_trip;
    }
  }
  for (auto& each : result.shifts) {
    const auto n = static_cast<double>(result.windows);
    each = {each.shift, each.encode / n, each.decode / n, each.round_trip / n};
  }
  return result;
}

}  // namespace equi::inspect
