#include "core/train/shared_forward.h"

#include "core/model/rope.h"

namespace equi::train {

torch::Tensor forward_shared(const model::Generator& generator, const torch::Tensor& tokens,
                             const torch::Tensor& embeddings, const torch::Tensor& rows, double rope_shift) {
  const auto& config = generator->config;
  const auto columns = tokens.size(1);
  const auto rope =
      model::rope_table(model::positions_from(rope_shift, columns), config.head_width()).to(tokens.device());
  const auto mask = model::window_mask(columns, config.cond_length).to(tokens.device());
  auto condition = generator->condition_tokens(embeddings);
  auto image = generator->image_tokens(tokens);
  for (const auto& module : *generator->encoder_blocks) {
    const auto& block = *module->as<model::GeneratorBlockImpl>();
    image = block.self_attention(image, rope, mask);
    const auto shared = block.condition_keys_values(condition);
    image =
        block.cross_attention(image, {shared.k.index_select(0, rows), shared.v.index_select(0, rows)}, rope);
    image = block.feed_forward(image);
    condition = block.feed_forward(condition);
  }
  const auto first = condition.narrow(1, config.condition_tokens - 1, 1).index_select(0, rows);
  return generator->encoder_norm->forward(torch::cat({first, image.narrow(1, 0, columns - 1)}, 1));
}

}  // namespace equi::train
