#pragma once

#include <filesystem>

#include "core/checkpoint/bundle.h"
#include "core/model/generator.h"
#include "core/model/tokenizer.h"

namespace equi::train {

// Writes a bundle: both weight files in the manifest's dtype, then manifest.json with their hashes. The
// manifest's architectures are taken from the modules. In a folder that is there they take the place of a
// bundle's files all together or not at all; others stay. Throws Error(bad_input) when the manifest says
// something that no bundle can, Error(io) when something cannot be written.
void write_bundle(const std::filesystem::path& folder, Manifest manifest, const model::Tokenizer& tokenizer,
                  const model::Generator& generator);

}  // namespace equi::train
