#pragma once

#include <cstdint>
#include <stop_token>

#include <torch/torch.h>

#include "core/model/weights.h"
#include "core/stream/settings.h"

// Columns that lead from a picture's right end back to its left end, so that it tiles. Pictures are
// [H, w, 3] uint8 on the CPU, w a multiple of a column's pixels.
namespace equi::stream {

struct BridgeSettings {
  std::int64_t columns = 16;       // of the bridge: 2..256
  std::int64_t candidates = 4;     // made at once, the best one is kept: 1..64
  int evaluations = 40;            // of the velocity, for each column
  std::int64_t blend_pixels = 32;  // over which the ends cross to the decode of the mirrored continuation
};

struct BridgeEnds {
  torch::Tensor last;   // the picture's last C columns, C >= 2
  torch::Tensor first;  // its first C columns
  std::int64_t last_scene = 0, first_scene = 0;
};

struct Bridge {
  // The frame's own decode of the last C columns, the bridge and the first C columns: one picture, of which a
  // ring shows the middle, and into whose ends it crosses over.
  torch::Tensor pixels;
  std::int64_t context = 0;  // C
  std::int64_t columns = 0;  // of the bridge
  // Gradient energy at the bridge's two borders as decoded, against the mean inside the end of the picture
  // that lies there, the worse of the two: of the candidate that was kept and of the worst one.
  double seam = 0, worst_seam = 0;
  // How little the model expected the first columns after the bridge: the flow's mean squared error there, of
  // the same two.
  double surprise = 0, worst_surprise = 0;
};

// What a causal model cannot see, the columns that the bridge has to meet, comes from the mirrored frame: the
// picture is continued to the left of its beginning, and those columns, encoded, are what the bridge is
// steered towards. Column j of the bridge starts as the plain continuation of the end; the clean token that
// the flow predicts at each time is moved towards the target by a share that rises from 0 to 1 over the
// bridge, and the last part of each column's way to t = 0 is left to the model, less of it the nearer the
// column is to the beginning. Of the candidates without a seam (no more gradient energy at their borders than
// inside the picture) the least surprising one is kept; where each has one, the one with the smallest.
// Deterministic in `seed`.
// Throws Error(bad_input) for settings out of range or ends of different size, Error(cancelled),
// Error(numeric).
Bridge make_bridge(const model::Model& model, const GenerationSettings& generation, const BridgeEnds& ends,
                   std::uint64_t seed, const BridgeSettings& settings = {}, const std::stop_token& stop = {});

}  // namespace equi::stream
