#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/inspect/row.h"
#include "core/inspect/statistics.h"

// The picture builds itself up: random tokens are replaced one after the other by its own, or columns appear
// in the order in which the model makes them.
namespace equi::inspect {

enum class Order { left_right, right_left, centre_out, prediction };
std::string name(Order order);               // "left-right", "right-left", "centre-out", "prediction"
Order parse_order(const std::string& text);  // throws Error(bad_input)

// The columns in the order in which they get their own token. Prediction: outwards from column 0, to the
// right first.
std::vector<std::int64_t> replacement_order(ColumnRange columns, Order order);

struct Progressive {
  ColumnRange columns;  // those that are replaced; they are also what is shown
  Order order = Order::left_right;
  std::uint64_t draw = 1;      // of the random tokens
  TokenStatistics statistics;  // what they are drawn from

  // Step 0 has no own token; step steps() is the picture itself, bit for bit.
  std::int64_t steps() const { return columns.size(); }
};

// The picture after `step` columns. Throws Error(bad_input) for columns or a step that do not exist.
Picture progressive_frame(Row& row, const Progressive& progressive, std::int64_t step,
                          const std::stop_token& stop = {});

// Steps 0 .. steps, at most `frames` of them (>= 2), the first and the last among them.
std::vector<std::int64_t> frame_steps(std::int64_t steps, std::int64_t frames);

}  // namespace equi::inspect
