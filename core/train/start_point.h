#pragma once

#include <filesystem>
#include <string>

#include "core/model/generator.h"
#include "core/model/tokenizer.h"

// Where a run, or a bundle, takes finished weights from: the folder of a run (its averaged weights) or of a
// bundle. Modules come in evaluation mode, float32, on the CPU, and need no gradients.
namespace equi::train {

bool is_bundle(const std::filesystem::path& folder);  // it has a manifest

// Throw Error(bad_input) naming the file when it is neither, or damaged; Error(io).
model::Tokenizer tokenizer_of(const std::filesystem::path& folder);
model::Generator generator_of(const std::filesystem::path& folder);

// SHA-256 of the file that tokenizer_of reads: of one that was trained anew it is another. Throws as that.
std::string tokenizer_hash(const std::filesystem::path& folder);

}  // namespace equi::train
