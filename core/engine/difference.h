#pragma once

#include "core/canvas/state.h"
#include "core/stream/window_plan.h"

namespace equi::engine {

// Document columns whose pixels may differ between two states of one document, growth included; empty when
// there are none. `window`: columns of the decoder's window, which is how far a token can reach. An end that
// is open is kEverywhere away.
constexpr std::int64_t kEverywhere = std::int64_t{1} << 60;
stream::ColumnRange changed_columns(const canvas::State& before, const canvas::State& after,
                                    std::int64_t window);

}  // namespace equi::engine
