#pragma once

#include <string>
#include <vector>

#include "core/train/generator_trainer.h"
#include "core/train/scene_pictures.h"
#include "core/train/tokenizer_trainer.h"

// Sizes and settings that go together, under a name.
namespace equi::train {

struct TokenizerPreset {
  TokenizerTraining training;
  RunOptions run;
  SceneData scenes;
};

struct GeneratorPreset {
  GeneratorTraining training;
  LatentSettings latents;
  RunOptions run;
};

// "smoke" (a minute, for tests), "demo" (the bundled model, an hour or two of a small CPU) and "large" (256
// px, the published architecture, for GPUs).
const std::vector<std::string>& preset_names();

// Throw Error(bad_input) for another name.
TokenizerPreset tokenizer_preset(const std::string& name);
GeneratorPreset generator_preset(const std::string& name);

}  // namespace equi::train
