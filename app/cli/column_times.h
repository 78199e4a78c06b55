#pragma once

#include "core/model/weights.h"
#include "core/stream/settings.h"

namespace equi::cli {

struct ColumnTimesOptions {
  int columns = 5;         // timed; the median counts
  std::int64_t batch = 1;  // panoramas at once, both guidance branches each
  bool decode = true;
};

// Seconds of the parts of one column (of all panoramas of a batch).
struct ColumnTimes {
  double first_column = 0;   // from a new generator: the scene's condition stream, then column 0
  double column = 0;         // from noise to token
  double transformer = 0;    // its transformer step
  double modulations = 0;    // its modulations of all steps; on a GPU not told apart from the evaluations
  double evaluation = 0;     // its flow head, once
  double window = 0;         // one window of the decoder
  double decode_column = 0;  // of the decoder, for a column in a long row
  double end_to_end = 0;     // a column, made and decoded
};

ColumnTimes measure_column(const model::Model& model, const stream::GenerationSettings& settings,
                           const ColumnTimesOptions& options);

}  // namespace equi::cli
