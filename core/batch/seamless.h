#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <vector>

#include "core/engine/engine.h"
#include "core/media/strip_source.h"
#include "core/stream/settings.h"

namespace equi::batch {

struct SeamlessOptions {
  std::int64_t columns = 16;       // that are added between the right end and the left end: 2..256
  std::int64_t candidates = 4;     // the best one is kept: 1..64
  std::int64_t blend_pixels = 32;  // at both ends of the picture, crossed over to the bridge
  std::uint64_t seed = 1;
  std::int64_t last_scene = 0, first_scene = 0;  // at the two ends
  stream::GenerationSettings settings;
};

// What closes a picture to a ring: columns that lead from its right end back to its left end, and both ends
// as they are shown then.
struct LoopBridge {
  int height = 0;                   // pixels
  std::int64_t picture_width = 0;   // pixels of the picture that it closes
  std::int64_t end = 0;             // pixels of each end of the picture in the strip
  std::int64_t added = 0;           // pixels between them: the ring is wider by these
  std::vector<std::uint8_t> strip;  // [height, end + added + end, 3]: last columns, bridge, first columns
  // Horizontal gradient energy at the two places where the bridge meets the picture (at the second one the
  // ring closes), against the mean inside the end of the picture that lies there: at most 1, no seam is to be
  // seen. And what it was before the steps were levelled (stream/seam_levelling.h).
  double seam_at_bridge = 0, seam_at_wrap = 0;
  double decoded_at_bridge = 0, decoded_at_wrap = 0;
  double worst_seam = 0, surprise = 0, worst_surprise = 0;  // stream::Bridge
};

// Computes on the calling thread. Reads the two ends of `source` only.
// Throws Error(bad_input) for a picture of fewer than 4 columns, of another height than the model's or with a
// part of a column, and for options out of range; Error(cancelled), Error(numeric).
LoopBridge make_loop_bridge(const engine::Engine& engine, const media::StripSource& source,
                            const SeamlessOptions& options, const std::stop_token& stop = {});

// The picture with its bridge: it tiles horizontally. All of it but the blended pixels at its ends is as it
// was, pixel for pixel.
media::StripSource closed(const media::StripSource& source, const std::shared_ptr<const LoopBridge>& bridge);

}  // namespace equi::batch
