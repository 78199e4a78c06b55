#pragma once

#include <vector>

#include <torch/torch.h>

#include "core/model/generator.h"
#include "core/sampling/noise.h"
#include "core/stream/scene.h"
#include "core/stream/settings.h"

namespace equi::inspect {

// How a column came to be: everything that its token is a function of.
struct ColumnOrigin {
  std::int64_t number = 0;  // the column, counted from the start of its frame
  torch::Tensor before;     // [n, E] tokens of the n columns before it, all or stream::replay_columns
  std::vector<stream::Scene> scenes;                 // [n] what they show
  std::vector<stream::GenerationSettings> settings;  // [n + 1] how they and the column itself were made
  sampling::NoiseKey noise;
};

// The token [E] that the column would have, had this scene begun there: same columns before it, same noise.
// With the column's own scene it is the column's own token. Throws Error as ColumnGenerator::next.
torch::Tensor token_in_scene(const model::Generator& generator, const ColumnOrigin& origin,
                             const stream::Scene& scene, const std::stop_token& stop = {});

}  // namespace equi::inspect
