#include "core/inspect/row.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/error.h"

namespace equi::inspect {

void require_columns(const Row& row, ColumnRange columns) {
  const auto extent = row.extent();
  if (columns.size() < 1) throw Error(ErrorKind::bad_input, "columns", "none are selected");
  if (columns.begin >= extent.begin && columns.end <= extent.end) return;
  const auto where = columns.size() == 1 ? fmt::format("column {}", columns.begin)
                                         : fmt::format("columns {} to {}", columns.begin, columns.end - 1);
  if (extent.size() < 1) throw Error(ErrorKind::bad_input, where, "there are no columns yet");
  throw Error(ErrorKind::bad_input, where,
              fmt::format("only columns {} to {} exist", extent.begin, extent.end - 1));
}

void require_column(const Row& row, std::int64_t column) {
  require_columns(row, {column, column + 1});
}

void require_replacements(const Row& row, std::span<const Replacement> replacements) {
  for (const auto& r : replacements) {
    require_column(row, r.column);
    if (static_cast<std::int64_t>(r.token.size()) == row.token_width()) continue;
    throw Error(
        ErrorKind::bad_input, fmt::format("column {}", r.column),
        fmt::format("the token has {} numbers; this model's have {}", r.token.size(), row.token_width()),
        "a token means nothing to another model");
  }
}

std::vector<float> token_of(Row& row, std::int64_t column) {
  require_column(row, column);
  return row.tokens({column, column + 1});
}

ColumnRange affected_by(const Row& row, ColumnRange columns) {
  const auto first = row.affected(columns.begin), last = row.affected(columns.end - 1);
  return {std::min(first.begin, last.begin), std::max(first.end, last.end)};
}

}  // namespace equi::inspect
