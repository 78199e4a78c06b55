#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/checkpoint/architecture.h"
#include "core/checkpoint/torch_file.h"

namespace equi {

// Tensor names (as in the authors' state dict) and their shapes.
using Shapes = std::map<std::string, std::vector<std::int64_t>>;

// The tokenizer's architecture from names and shapes alone (algorithm.md section 1).
// Throws Error(bad_input) naming `where` and the key that is missing or does not fit.
TokenizerConfig infer_tokenizer(const Shapes& shapes, const std::string& where);

struct InferredGenerator {
  GeneratorConfig config;
  std::string heads_source;        // how the head count was found
  std::optional<double> vae_norm;  // from args
};

// The generator's architecture from names, shapes and the training run's args (section 2). The head count is
// in neither: `heads` when given, else by the model's name (tiny 4, small 8, base 12, large and huge 16),
// else by its width. Throws Error(bad_input) when none of them decides.
InferredGenerator infer_generator(const Shapes& shapes, const std::map<std::string, TorchFile::Scalar>& args,
                                  std::optional<int> heads, const std::string& where);

}  // namespace equi
