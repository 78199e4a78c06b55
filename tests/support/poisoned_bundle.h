#pragma once

#include <cmath>
#include <fstream>

#include "core/checkpoint/safetensors.h"
#include "tests/support/golden_bundle.h"

namespace equi::testing {

// The golden bundle, copied to `folder`, with a class embedding of NaN for class 4: columns of that scene are
// not finite, those of the others are as ever.
inline void make_poisoned_bundle(const std::filesystem::path& folder) {
  std::filesystem::copy(golden_bundle(), folder, std::filesystem::copy_options::recursive);
  const auto path = folder / "generator.safetensors";
  const StoredTensor table = *SafetensorsFile::open(path).find("class_emb.weight");
  const auto row = static_cast<std::size_t>(table.shape[1]);
  const std::vector<float> poison(row, NAN);
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(static_cast<std::streamoff>(table.offset + 4 * row * sizeof(float)));
  file.write(reinterpret_cast<const char*>(poison.data()), static_cast<std::streamsize>(row * sizeof(float)));
}

}  // namespace equi::testing
