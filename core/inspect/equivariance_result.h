#pragma once

#include <cstdint>
#include <string>
#include <vector>

// How well a tokenizer commutes with moving the picture sideways, as numbers.
//
// x is a window of the picture, shift(x, s) the window that starts s pixels further right, S the same move of
// tokens: token j of S t lies at column j + s / column pixels of t, between two columns on the straight line
// between them. Compared are, over columns that both sides have and that lie `border` columns or more inside,
//   encode:      E(shift(x, s))     against  S E(x)
//   decode:      D(S t)             against  shift(D(t), s)
//   round trip:  D(E(shift(x, s)))  against  shift(D(E(x)), s)
// each as ||left - right|| / ||right||, summed over all windows of the picture: 0 is perfect, about 1.4 means
// that both have nothing to do with each other.
namespace equi::inspect {

struct EquivarianceSettings {
  std::vector<int> shifts;  // pixels, >= 1; none: default_shifts
  int window = 16;          // columns of x; fewer when the picture is narrow
  int border = 2;           // columns, where the reflected edge shows
};

// Quarters of a column up to two columns, then 3 and 4 columns.
std::vector<int> default_shifts(int column_pixels);

struct ShiftError {
  int shift = 0;  // pixels
  double encode = 0, decode = 0, round_trip = 0;
};

struct Equivariance {
  int column_pixels = 16;
  std::int64_t windows = 0;  // that were summed over
  int window = 0;            // columns of each
  std::vector<ShiftError> shifts;

  // The number: the mean over shifts by whole columns, and over the others (0 when there are none).
  ShiftError whole_columns() const;
  ShiftError parts_of_columns() const;
};

// The mean over several pictures of the same shifts, weighted by their windows. Throws Error(bad_input) for
// none and for different shifts.
Equivariance average(const std::vector<Equivariance>& all);

}  // namespace equi::inspect
