#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/checkpoint/bundle.h"

namespace equi {

struct ImportOptions {
  std::filesystem::path tokenizer_checkpoint;        // the authors' Lightning .ckpt
  std::filesystem::path generator_checkpoint;        // the authors' .pth
  std::filesystem::path output;                      // the bundle's folder; must not exist or be empty
  std::string name;                                  // empty: the output folder's name
  std::string dtype = "float32";                     // or "bfloat16"
  std::optional<std::filesystem::path> class_names;  // UTF-8 text, one name a line
  std::optional<int> heads;                          // overrides what is inferred
  std::optional<double> vae_norm;                    // overrides what args holds
  std::string licence;                               // free text; empty: "unknown"
  bool check_values = true;                          // refuse NaN and infinity in the weights
};

// Called with the fraction done (0..1) and a short text of what is being done.
using ImportProgress = std::function<void(double, const std::string&)>;

// Imports both checkpoints into a bundle: EMA weights only, architecture inferred from names, shapes and
// args, memory a few MiB beside the file pages in use. The bundle appears whole (written aside, renamed) or
// not at all. Throws Error(bad_input, io, cancelled) with the file, the key and the reason.
Manifest import_checkpoints(const ImportOptions& options, const ImportProgress& progress = {},
                            std::stop_token stop = {});

}  // namespace equi
