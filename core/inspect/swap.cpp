#include "core/inspect/swap.h"

namespace equi::inspect {

std::vector<Replacement> exchange(Row& row, std::int64_t a, std::int64_t b) {
  return {{a, token_of(row, b)}, {b, token_of(row, a)}};
}

std::vector<Replacement> blend_into(Row& row, ColumnRange columns, TokenView other, double amount,
                                    Blend blend) {
  require_columns(row, columns);
  std::vector<Replacement> result;
  for (auto c = columns.begin; c < columns.end; ++c) {
    result.push_back({c, blend_tokens(token_of(row, c), other, amount, blend)});
  }
  return result;
}

}  // namespace equi::inspect
