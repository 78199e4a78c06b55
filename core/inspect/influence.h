#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/inspect/row.h"
#include "core/inspect/statistics.h"

// Where a token works: the picture with another token in its place minus the picture as it is.
namespace equi::inspect {

// What stands in a token's place.
enum class Substitute {
  zero,    // nothing at all
  mean,    // the average token: what the model says when it has nothing to say
  random,  // a draw from the tokens' distribution
  left,    // the neighbour's token (the other neighbour's at an end)
  right,
};
std::string name(Substitute substitute);
Substitute parse_substitute(const std::string& text);  // throws Error(bad_input)
const std::vector<Substitute>& all_substitutes();

// The token that stands in. `draw` chooses the random one. Throws Error(bad_input) for a column that does not
// exist, and for a neighbour in a row of one column.
Token substitute_token(Row& row, std::int64_t column, Substitute substitute,
                       const TokenStatistics& statistics, std::uint64_t draw);

// The change of a picture, in levels of 0..255.
struct Influence {
  ColumnRange own;              // whose tokens were replaced
  ColumnRange columns;          // what was compared: all columns that can change
  int height = 0, width = 0;    // pixels
  std::vector<float> heat;      // [height, width] root mean square over the three channels
  std::vector<double> profile;  // [width] the squared change of a pixel column: mean over rows and channels
  double own_share = 0;         // of the squared change, inside the own columns' pixels; 0..1
  double own_rms = 0;           // levels, inside the own columns' pixels
  double reach_share = 0.9;     // what `reach` holds
  int reach_first = 0;          // pixel of the compared columns where the reach starts
  int reach_width = 0;          // pixels: the narrowest interval that holds reach_share of the squared change
  double total() const;         // sum of the profile, levels squared
};

// Compares two pictures of the same columns, among them `own`. When nothing changed, the shares and
// the reach are 0. Throws Error(bad_input) for pictures of different columns or size.
Influence measure_influence(const Picture& before, const Picture& after, ColumnRange own);

// Decodes both and compares. Throws as Row::decode.
Influence influence_of(Row& row, std::int64_t column, const Token& other, const std::stop_token& stop = {});

// The narrowest interval [first, first + width) that holds `share` of the sum; width 0 for a sum of 0.
struct Interval {
  int first = 0, width = 0;
};
Interval narrowest_interval(const std::vector<double>& values, double share);

// What the tokens of a row have in common.
struct InfluenceSummary {
  std::int64_t columns = 0;        // how many were averaged (columns whose change was 0 are left out)
  double own_share = 0;            // mean
  double reach_width = 0;          // pixels, mean
  std::int64_t profile_first = 0;  // profile[i] is the share at pixel profile_first + i from the column's
                                   // left edge
  std::vector<double> profile;     // mean share of the squared change; sums to about 1
};
InfluenceSummary summarize(const std::vector<Influence>& all, int column_pixels);

}  // namespace equi::inspect
