#include "core/model/generator_block.h"

#include "core/model/rope.h"

namespace equi::model {
namespace {

constexpr double kNormEps = 1e-6;
constexpr double kCrossNormEps = 1e-5;  // cross_norm and cross_cond_norm differ from the others

torch::Tensor split_heads(const torch::Tensor& x, std::int64_t heads) {
  return x.unflatten(-1, {heads, -1});
}

// q [B, T, heads, w], k and v [B, K, heads, w] -> [B, T, heads * w]
torch::Tensor attention(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v,
                        const std::optional<torch::Tensor>& mask, double dropout) {
  const auto mixed = torch::scaled_dot_product_attention(q.transpose(1, 2), k.transpose(1, 2),
                                                         v.transpose(1, 2), mask, dropout);
  return mixed.transpose(1, 2).flatten(2);
}

}  // namespace

SelfAttentionImpl::SelfAttentionImpl(std::int64_t width, std::int64_t head_count)
    : heads(head_count),
      qkv(register_module("qkv", Linear(width, 3 * width))),
      proj(register_module("proj", Linear(width, width))) {}

SelfAttentionImpl::Projected SelfAttentionImpl::project(const torch::Tensor& x,
                                                        const torch::Tensor& rope) const {
  const auto parts = qkv->forward(x).chunk(3, -1);
  return {apply_rope(split_heads(parts[0], heads), rope), apply_rope(split_heads(parts[1], heads), rope),
          split_heads(parts[2], heads)};
}

torch::Tensor SelfAttentionImpl::attend(const torch::Tensor& q, const torch::Tensor& k,
                                        const torch::Tensor& v, const torch::Tensor& mask,
                                        double dropout) const {
  return proj->forward(attention(q, k, v, mask, dropout));
}

CrossAttentionImpl::CrossAttentionImpl(std::int64_t width, std::int64_t head_count)
    : heads(head_count),
      qkv(register_module("qkv", Linear(width, width))),
      proj(register_module("proj", Linear(width, width))),
      k(register_module("k", Linear(width, width))),
      v(register_module("v", Linear(width, width))) {}

CrossAttentionImpl::KeysValues CrossAttentionImpl::keys_values(const torch::Tensor& condition) const {
  return {split_heads(k->forward(condition), heads), split_heads(v->forward(condition), heads)};
}

torch::Tensor CrossAttentionImpl::forward(const torch::Tensor& x, const KeysValues& condition,
                                          const torch::Tensor& rope, double dropout) const {
  const auto q = apply_rope(split_heads(qkv->forward(x), heads), rope);
  return proj->forward(attention(q, condition.k, condition.v, std::nullopt, dropout));
}

MlpImpl::MlpImpl(std::int64_t width, std::int64_t hidden)
    : fc1(register_module("fc1", Linear(width, hidden))),
      fc2(register_module("fc2", Linear(hidden, width))) {}

torch::Tensor MlpImpl::forward(const torch::Tensor& x, double dropout) const {
  const bool dropping = is_training() && dropout > 0;
  auto hidden = torch::gelu(fc1->forward(x));
  if (dropping) hidden = torch::dropout(hidden, dropout, true);
  return fc2->forward(hidden);
}

GeneratorBlockImpl::GeneratorBlockImpl(const GeneratorConfig& c)
    : norm1(register_module("norm1", LayerNorm(c.width, kNormEps))),
      norm2(register_module("norm2", LayerNorm(c.width, kNormEps))),
      cross_norm(register_module("cross_norm", LayerNorm(c.width, kCrossNormEps))),
      cross_cond_norm(register_module("cross_cond_norm", LayerNorm(c.width, kCrossNormEps))),
      attn(register_module("attn", SelfAttention(c.width, c.heads))),
      attn2(register_module("attn2", CrossAttention(c.width, c.heads))),
      mlp(register_module("mlp", Mlp(c.width, c.mlp_width))),
      attention_dropout(c.attention_dropout),
      projection_dropout(c.projection_dropout) {}

torch::Tensor GeneratorBlockImpl::drop(const torch::Tensor& x) const {
  return is_training() && projection_dropout > 0 ? torch::dropout(x, projection_dropout, true) : x;
}

torch::Tensor GeneratorBlockImpl::self_attention(const torch::Tensor& image, const torch::Tensor& rope,
                                                 const torch::Tensor& mask) const {
  const auto p = attn->project(norm1->forward(image), rope);
  const double dropout = is_training() ? attention_dropout : 0.0;
  return image + drop(attn->attend(p.q, p.k, p.v, mask, dropout));
}

torch::Tensor GeneratorBlockImpl::cross_attention(const torch::Tensor& image,
                                                  const CrossAttentionImpl::KeysValues& condition,
                                                  const torch::Tensor& rope) const {
  const double dropout = is_training() ? attention_dropout : 0.0;
  return image + drop(attn2->forward(cross_norm->forward(image), condition, rope, dropout));
}

torch::Tensor GeneratorBlockImpl::feed_forward(const torch::Tensor& tokens) const {
  return tokens + drop(mlp->forward(norm2->forward(tokens), projection_dropout));
}

CrossAttentionImpl::KeysValues GeneratorBlockImpl::condition_keys_values(
    const torch::Tensor& condition) const {
  return attn2->keys_values(cross_cond_norm->forward(condition));
}

}  // namespace equi::model
