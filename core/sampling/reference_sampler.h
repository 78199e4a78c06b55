#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include <torch/torch.h>

#include "core/model/generator.h"

namespace equi::sampling {

// The authors' sampler, step by step (algorithm.md sections 2 and 3): for every column the whole transformer
// is run over all columns, then Euler from t = 1 down. Slow on purpose: it is the yardstick of the streaming
// generator, and the `reference` mode of the CLI.
struct ReferenceSettings {
  std::int64_t columns = 16;    // total, the prefix included; the linear schedule is relative to it
  double guidance = 1.0;        // cfg; 1 runs the conditional branch alone
  bool linear_schedule = true;  // s_k = 1 + (cfg-1)(k+1)/columns, otherwise constant
  std::int64_t steps = 100;     // Euler steps, velocity at t = i/steps
};

// Called after each column with the number of columns done.
using ColumnProgress = std::function<void(std::int64_t)>;

// embedding: [B, d] class embeddings. noise: [columns - P, B, E], one draw per new column, shared by the
// guided branches. prefix: [B, P, E] tokens that are kept, P may be 0. Returns tokens [B, columns, E] in
// generator space. Throws Error(bad_input) for shapes that do not fit, Error(cancelled) when stopped,
// Error(numeric) naming the column when a token is not finite.
torch::Tensor sample_reference(const model::Generator& generator, const torch::Tensor& embedding,
                               const torch::Tensor& noise, const torch::Tensor& prefix,
                               const ReferenceSettings& settings, const ColumnProgress& progress = {},
                               const std::stop_token& stop = {});

}  // namespace equi::sampling
