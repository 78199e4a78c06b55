#pragma once

#include <string>
#include <vector>

namespace equi::sampling {

// Where between t = 1 (noise) and t = 0 (token) a solver stops. Plain data.
struct TimeGrid {
  enum class Kind {
    uniform,    // t = u
    quadratic,  // t = u^2: finer towards the token
    cosine,     // t = (1 - cos(pi u)) / 2: finer at both ends
    shifted,    // t = shift u / (shift u + 1 - u): finer towards the noise when shift > 1
  };
  Kind kind = Kind::uniform;
  double shift = 1.0;  // of `shifted`, within 0.01..100

  // intervals + 1 times, strictly falling from 1 to 0; intervals >= 1.
  std::vector<double> times(int intervals) const;
  bool operator==(const TimeGrid&) const = default;
};

// "uniform", "quadratic", "cosine", "shifted:2.5" and back. Throws Error(bad_input) for another text or a
// shift out of range.
std::string name(const TimeGrid& grid);
TimeGrid parse_time_grid(const std::string& text);

}  // namespace equi::sampling
