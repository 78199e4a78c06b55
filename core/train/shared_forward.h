#pragma once

#include "core/model/generator.h"

namespace equi::train {

// GeneratorImpl::forward for a batch in which few classes occur: the condition stream, which depends on the
// class alone, is computed once for each of the embeddings [U, d]; `rows` [B] int64 says which of them each
// row of tokens [B, T, E] takes. Returns conditions [B, T, d]. For models without dropout, which would tell
// the rows apart.
torch::Tensor forward_shared(const model::Generator& generator, const torch::Tensor& tokens,
                             const torch::Tensor& embeddings, const torch::Tensor& rows, double rope_shift);

}  // namespace equi::train
