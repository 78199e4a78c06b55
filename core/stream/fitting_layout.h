#pragma once

#include "core/stream/window_plan.h"

namespace equi::stream {

// The layout of a model that was trained with these windows: a ramp of 4 columns, or as much of it as the
// overlap has room for. Throws Error(bad_input) as validate.
WindowLayout fitting_layout(std::int64_t window, std::int64_t hop);

}  // namespace equi::stream
