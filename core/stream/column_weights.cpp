#include "core/stream/column_weights.h"

#include "core/model/rope.h"

namespace equi::stream {
namespace {

constexpr double kFlowNormEps = 1e-6;

torch::Tensor as_float(const torch::Tensor& t) {
  return t.detach().to(torch::kFloat32).contiguous();
}

// time_mlp of every time of a plan in float32, [evaluations, w].
torch::Tensor embed_times(const model::FlowNet& net, const std::vector<double>& times) {
  const auto device = net->input_proj->weight.device();
  const auto t = torch::tensor(times, torch::kFloat64).to(torch::kFloat32).to(device);
  const auto linear = [](const model::Linear& layer, const torch::Tensor& x) {
    return torch::linear(x, as_float(layer->weight), as_float(layer->bias));
  };
  const auto hidden = torch::silu(linear(net->time_mlp->first, model::time_features(t, net->features)));
  return linear(net->time_mlp->second, hidden).contiguous();
}

ColumnWeights::Product product(const model::Linear& layer) {
  return {layer->weight.detach(), as_float(layer->bias)};
}

ColumnWeights::Norm norm(const model::LayerNorm& layer) {
  return {as_float(layer->weight), as_float(layer->bias), layer->eps};
}

}  // namespace

ColumnWeights::ColumnWeights(const model::Generator& generator, const std::vector<double>& plan_times)
    : z_proj(product(generator->z_proj)),
      z_proj_ln(norm(generator->z_proj_ln)),
      encoder_norm(norm(generator->encoder_norm)),
      final_norm{{}, {}, kFlowNormEps} {
  const torch::InferenceMode inference;
  for (const auto& module : *generator->encoder_blocks) {
    const auto& b = *module->as<model::GeneratorBlockImpl>();
    blocks.push_back({norm(b.norm1), norm(b.norm2), norm(b.cross_norm), product(b.attn->qkv),
                      product(b.attn->proj), product(b.attn2->qkv), product(b.attn2->proj),
                      product(b.mlp->fc1), product(b.mlp->fc2)});
  }
  const auto& net = generator->diffloss->net;
  cond_embed = product(net->cond_embed);
  input_proj = product(net->input_proj);
  final = product(net->final_layer->linear);
  std::vector<torch::Tensor> weights, biases;
  const auto add_modulation = [&](const model::Linear& layer) {
    weights.push_back(layer->weight.detach());
    biases.push_back(as_float(layer->bias));
  };
  for (const auto& module : *net->res_blocks) {
    const auto& b = *module->as<model::FlowBlockImpl>();
    flow_blocks.push_back({norm(b.in_ln), product(b.mlp->first), product(b.mlp->second)});
    add_modulation(b.modulation_layer->linear);
  }
  add_modulation(net->final_layer->modulation_layer->linear);
  modulation = {torch::cat(weights), torch::cat(biases)};
  times = embed_times(net, plan_times);
  relative_rope = model::rope_table(model::positions_from(0, generator->config.cond_length + 1),
                                    generator->config.head_width())
                      .to(generator->fake_latent.device())
                      .contiguous();
}

}  // namespace equi::stream
