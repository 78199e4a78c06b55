#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/stream/context_stream.h"

namespace equi::stream {

// A state as bytes, for a project file, and back to the same bits. Little-endian: a header of int64 numbers,
// then the pending token, all keys, all values.
std::vector<std::byte> save_state(const GeneratorState& state);

// The tensors go to `device`. Throws Error(bad_input) naming `where` when the bytes are no state (cut,
// another version, sizes that do not add up); whether it fits a model is checked by ColumnGenerator::restore.
GeneratorState load_state(std::span<const std::byte> bytes, const torch::Device& device,
                          const std::string& where);

}  // namespace equi::stream
