#pragma once

#include <cstdint>

#include <torch/torch.h>

namespace equi::stream {

// A picture [H, w, 3] uint8 (CPU) whose step at `border` (between pixel border - 1 and border) has a gradient
// energy (seam.h) of at most `energy`. What the step has too much is handed to the pixels beside it: to at
// most `reach_left` and `reach_right` of them, half to each side that may change; what changes slowly from
// row to row over the whole reach, the rest over a few pixels, so that no streaks are drawn. Every other
// pixel stays bit for bit; a step that is small enough stays, too. Throws Error(bad_input) for a border that
// is not inside the picture, a negative energy or reach, and for no reach at all.
torch::Tensor level_seam(const torch::Tensor& picture, std::int64_t border, double energy,
                         std::int64_t reach_left, std::int64_t reach_right);

}  // namespace equi::stream
