#include "core/stream/fitting_layout.h"

#include <algorithm>

namespace equi::stream {

WindowLayout fitting_layout(std::int64_t window, std::int64_t hop) {
  const std::int64_t overlap = window - hop;
  std::int64_t ramp = std::max<std::int64_t>(0, std::min({WindowLayout{}.ramp, hop, overlap}));
  if ((overlap - ramp) % 2 != 0) --ramp;
  const WindowLayout layout{window, hop, std::max<std::int64_t>(0, ramp)};
  validate(layout);
  return layout;
}

}  // namespace equi::stream
