#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/inspect/row.h"
#include "core/inspect/token_math.h"

namespace equi::inspect {

struct Neighbour {
  std::int64_t column = 0;
  double cosine = 0;
};

// What can be said of one token without decoding anything.
struct TokenFacts {
  std::int64_t column = 0;
  int frame = 0;  // 0 forward, 1 mirrored
  Token token;    // [E]
  double norm = 0;
  std::optional<double> left_distance;   // to the next column's token; nothing at an end and across the two
  std::optional<double> right_distance;  // frames, whose tokens see the picture in opposite directions
  std::vector<Neighbour> nearest;        // the most alike columns of the same frame, best first
};

struct NearestSettings {
  std::int64_t count = 5;
  std::int64_t reach = 8192;  // columns to both sides that are looked at
  std::int64_t apart = 2;     // columns nearer than this are its own surroundings and left out
};

// Throws Error(bad_input) for a column that does not exist, Error(cancelled) when stopped.
TokenFacts facts_of(Row& row, std::int64_t column, const NearestSettings& settings = {},
                    const std::stop_token& stop = {});

}  // namespace equi::inspect
