#pragma once

#include "core/checkpoint/import.h"
#include "tests/support/temp_folder.h"

namespace equi::testing {

inline std::filesystem::path golden_data(const std::string& name) {
  return std::filesystem::path(EQUI_TEST_DATA) / "golden" / name;
}

// The authors' tiny checkpoints with random weights, imported once per process.
inline const std::filesystem::path& golden_bundle() {
  static const TempFolder folder;
  static const std::filesystem::path bundle = [] {
    ImportOptions options;
    options.tokenizer_checkpoint = golden_data("tokenizer_tiny.ckpt");
    options.generator_checkpoint = golden_data("generator_tiny.pth");
    options.output = folder / "bundle";
    import_checkpoints(options);
    return options.output;
  }();
  return bundle;
}

}  // namespace equi::testing
