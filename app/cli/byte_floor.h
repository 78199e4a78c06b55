#pragma once

#include <cstdint>

#include "core/model/generator.h"

namespace equi::cli {

// The bytes of weights that one column must read however it is computed, in the precision that they are in.
// What depends on the class alone (the condition stream, its keys and values) or on the time grid alone is
// read once for a scene or a run and not counted.
struct ByteFloor {
  std::int64_t transformer = 0;     // once a column
  std::int64_t modulations = 0;     // once a column, the embedding of the condition included
  std::int64_t per_evaluation = 0;  // the rest of the flow head

  double column(int evaluations) const {
    return static_cast<double>(transformer + modulations) + static_cast<double>(per_evaluation) * evaluations;
  }
};

ByteFloor byte_floor(const model::Generator& generator);

}  // namespace equi::cli
