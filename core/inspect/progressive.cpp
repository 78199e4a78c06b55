#include "core/inspect/progressive.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/base/error.h"

namespace equi::inspect {
namespace {

struct OrderName {
  Order order;
  const char* text;
};
constexpr OrderName kOrderNames[] = {{Order::left_right, "left-right"},
                                     {Order::right_left, "right-left"},
                                     {Order::centre_out, "centre-out"},
                                     {Order::prediction, "prediction"}};

// How far a column is from the start of its frame; the forward frame's come first.
std::pair<int, std::int64_t> generation_rank(std::int64_t column) {
  return column >= 0 ? std::pair{0, column} : std::pair{1, -1 - column};
}

}  // namespace

std::string name(Order order) {
  for (const auto& known : kOrderNames) {
    if (known.order == order) return known.text;
  }
  throw Error(ErrorKind::internal, "order", "it has no name");
}

Order parse_order(const std::string& text) {
  for (const auto& known : kOrderNames) {
    if (text == known.text) return known.order;
  }
  throw Error(ErrorKind::bad_input, "order", fmt::format("'{}' is unknown", printable(text)),
              "left-right, right-left, centre-out or prediction");
}

std::vector<std::int64_t> replacement_order(ColumnRange columns, Order order) {
  std::vector<std::int64_t> result;
  for (auto c = columns.begin; c < columns.end; ++c) result.push_back(c);
  const std::int64_t twice_centre = columns.begin + columns.end - 1;
  switch (order) {
    case Order::left_right:
      break;
    case Order::right_left:
      std::ranges::reverse(result);
      break;
    case Order::centre_out:
      std::ranges::stable_sort(result, {}, [&](std::int64_t c) { return std::abs(2 * c - twice_centre); });
      break;
    case Order::prediction:
      std::ranges::sort(result, {}, generation_rank);
      break;
  }
  return result;
}

Picture progressive_frame(Row& row, const Progressive& progressive, std::int64_t step,
                          const std::stop_token& stop) {
  require_columns(row, progressive.columns);
  if (step < 0 || step > progressive.steps()) {
    throw Error(ErrorKind::bad_input, "step", fmt::format("{} of {}", step, progressive.steps()));
  }
  if (step == progressive.steps()) return row.decode(progressive.columns, {}, stop);
  if (progressive.order == Order::prediction) return row.decode_grown(progressive.columns, step, stop);
  std::vector<Replacement> random;
  const auto order = replacement_order(progressive.columns, progressive.order);
  for (auto i = static_cast<std::size_t>(step); i < order.size(); ++i) {
    random.push_back({order[i], random_token(progressive.statistics, progressive.draw, order[i])});
  }
  return row.decode(progressive.columns, random, stop);
}

std::vector<std::int64_t> frame_steps(std::int64_t steps, std::int64_t frames) {
  if (frames < 2) throw Error(ErrorKind::bad_input, "frames", "at least 2 are needed");
  std::vector<std::int64_t> result;
  const std::int64_t count = std::min(frames, steps + 1);
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t step = count == 1 ? steps : (i * steps + (count - 1) / 2) / (count - 1);
    if (result.empty() || result.back() != step) result.push_back(step);
  }
  return result;
}

}  // namespace equi::inspect
