#pragma once

#include "core/inspect/row.h"
#include "core/inspect/token_math.h"

namespace equi::inspect {

// Both columns with each other's token. Doing it twice gives the row back, bit for bit.
std::vector<Replacement> exchange(Row& row, std::int64_t a, std::int64_t b);

// The columns of `columns` with `other` blended in, each by `amount` from its own token.
std::vector<Replacement> blend_into(Row& row, ColumnRange columns, TokenView other, double amount,
                                    Blend blend);

}  // namespace equi::inspect
