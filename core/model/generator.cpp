#include "core/model/generator.h"

#include "core/model/rope.h"

namespace equi::model {

namespace {
constexpr double kNormEps = 1e-6;
constexpr double kTimeEps = 1e-5;  // training times are t * (1 - eps) + eps
}  // namespace

FlowHeadImpl::FlowHeadImpl(const GeneratorConfig& config) : net(register_module("net", FlowNet(config))) {}

GeneratorImpl::GeneratorImpl(const GeneratorConfig& c)
    : config(c),
      fake_latent(register_parameter("fake_latent", unallocated({1, c.width}))),
      encoder_pos_embed_learned(
          register_parameter("encoder_pos_embed_learned", unallocated({1, c.condition_tokens, c.width}))),
      class_emb(register_module("class_emb", Embedding(c.class_count, c.width))),
      z_proj(register_module("z_proj", Linear(c.token_width, c.width))),
      z_proj_ln(register_module("z_proj_ln", LayerNorm(c.width, kNormEps))),
      encoder_blocks(register_module("encoder_blocks", torch::nn::ModuleList())),
      encoder_norm(register_module("encoder_norm", LayerNorm(c.width, kNormEps))),
      diffloss(register_module("diffloss", FlowHead(c))) {
  for (int i = 0; i < c.blocks; ++i) encoder_blocks->push_back(GeneratorBlock(c));
}

torch::Tensor GeneratorImpl::class_embedding(const torch::Tensor& labels) const {
  return class_emb->forward(labels);
}

torch::Tensor GeneratorImpl::unconditional_embedding(std::int64_t batch) const {
  return fake_latent.expand({batch, -1});
}

torch::Tensor GeneratorImpl::condition_tokens(const torch::Tensor& embedding) const {
  return z_proj_ln->forward(embedding.unsqueeze(1) + encoder_pos_embed_learned);
}

torch::Tensor GeneratorImpl::image_tokens(const torch::Tensor& tokens) const {
  return z_proj_ln->forward(z_proj->forward(tokens));
}

torch::Tensor GeneratorImpl::forward(const torch::Tensor& tokens, const torch::Tensor& embedding,
                                     double rope_shift) const {
  const auto columns = tokens.size(1);
  const auto rope = rope_table(positions_from(rope_shift, columns), config.head_width()).to(tokens.device());
  const auto mask = window_mask(columns, config.cond_length).to(tokens.device());
  auto condition = condition_tokens(embedding);
  auto image = image_tokens(tokens);
  for (const auto& module : *encoder_blocks) {
    const auto& block = *module->as<GeneratorBlockImpl>();
    image = block.self_attention(image, rope, mask);
    image = block.cross_attention(image, block.condition_keys_values(condition), rope);
    image = block.feed_forward(image);
    condition = block.feed_forward(condition);
  }
  const auto last_condition = condition.narrow(1, config.condition_tokens - 1, 1);
  return encoder_norm->forward(torch::cat({last_condition, image.narrow(1, 0, columns - 1)}, 1));
}

torch::Tensor GeneratorImpl::loss(const torch::Tensor& tokens, const torch::Tensor& embedding,
                                  const torch::Tensor& t, const torch::Tensor& noise,
                                  double rope_shift) const {
  const std::int64_t repeats = t.size(0) / (tokens.size(0) * tokens.size(1));
  const auto condition = forward(tokens, embedding, rope_shift).flatten(0, 1).repeat({repeats, 1});
  const auto clean = tokens.detach().flatten(0, 1).repeat({repeats, 1});
  const auto time = (t * (1 - kTimeEps) + kTimeEps).unsqueeze(1);
  const auto noisy = time * noise + (1 - time) * clean;
  const auto velocity = diffloss->net->forward(noisy.to(condition.dtype()), time.squeeze(1), condition);
  return (noise - clean - velocity).square().mean();
}

torch::Tensor window_mask(std::int64_t columns, std::int64_t cond_length) {
  auto mask = torch::ones({columns, columns}, torch::kBool).tril();
  return cond_length > 0 ? mask.triu(-cond_length) : mask;
}

torch::Tensor guide(const torch::Tensor& velocities, double scale) {
  const auto halves = velocities.chunk(2, 0);
  return halves[1] + scale * (halves[0] - halves[1]);
}

}  // namespace equi::model
