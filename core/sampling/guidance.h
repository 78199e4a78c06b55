#pragma once

#include <cstdint>
#include <string>

namespace equi::sampling {

// How strongly the class pulls, column by column: v = v_uncond + s * (v_cond - v_uncond) (algorithm.md
// sections 3 and 7). Plain data; 1 is no guidance.
struct Guidance {
  enum class Schedule {
    constant,   // s = scale
    linear,     // s_k = 1 + (scale - 1)(k + 1) / columns: the authors', needs the total in advance
    ramp_hold,  // the same over the first `columns` columns, then stays: for a canvas without an end
  };
  Schedule schedule = Schedule::ramp_hold;
  double scale = 7.0;
  std::int64_t columns = 16;  // linear: the total; ramp_hold: the length of the ramp; constant: not used

  // The scale of column k >= 0, counted from the first column of its frame. A linear schedule goes on rising
  // after its total, as the authors' formula does.
  double at(std::int64_t column) const;
  bool operator==(const Guidance&) const = default;
};

// "constant", "linear", "ramp" and back. Throws Error(bad_input) for another text.
std::string name(Guidance::Schedule schedule);
Guidance::Schedule parse_schedule(const std::string& text);

// Throws Error(bad_input) when the scale is not within 0..100 or `columns` is below 1.
void validate(const Guidance& guidance);

}  // namespace equi::sampling
