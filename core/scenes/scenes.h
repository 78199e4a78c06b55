#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <torch/torch.h>

namespace equi::scenes {

// A kind of landscape. Its place in scene_list() is its class index (label).
struct SceneInfo {
  std::string name;   // "alpine-lake": for files and the command line
  std::string title;  // "Alpine lake": for people
};

// All built-in scenes; the order is part of the definition.
const std::vector<SceneInfo>& scene_list();

// A view of the unbounded world of (label, seed): the pixels first_x .. first_x + width - 1 of a picture of
// `height` pixels: float32 [3, height, width] in [-1, 1], RGB, on the device of `options`. Lengths in the
// world are picture heights, so any height shows the same world at another resolution. A pure function: a
// wider view contains a narrower one (to 1e-3), at any first_x within +-1e9. Throws Error(bad_input) for a
// label that is not in the list, a height outside 16..2048, a width below 1 or a view of more than 2^26
// pixels, or a first_x out of range.
torch::Tensor render_scene(std::int64_t label, std::uint64_t seed, std::int64_t height, std::int64_t first_x,
                           std::int64_t width, const torch::TensorOptions& options = torch::kCPU);

}  // namespace equi::scenes
