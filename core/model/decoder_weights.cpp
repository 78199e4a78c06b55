#include "core/model/decoder_weights.h"

namespace equi::model {
namespace {

using Weights = DecoderWeights;

// Makes the parts of DecoderWeights from modules.
struct Maker {
  torch::ScalarType bias_type;

  Weights::Convolution convolution(const torch::Tensor& weight, const torch::Tensor& bias) const {
    return {weight.detach().contiguous(torch::MemoryFormat::ChannelsLast), bias.detach().to(bias_type)};
  }
  Weights::Convolution convolution(const Conv2d& from) const { return convolution(from->weight, from->bias); }

  static Weights::Norm norm(const GroupNorm& from) {
    const auto wide = [](const torch::Tensor& t) { return t.detach().to(torch::kFloat32).contiguous(); };
    return {from->groups, wide(from->weight), wide(from->bias)};
  }

  Weights::Resnet resnet(const ResnetBlockImpl& block) const {
    Weights::Resnet r;
    r.norm1 = norm(block.norm1);
    r.norm2 = norm(block.norm2);
    r.conv1 = convolution(block.conv1);
    r.conv2 = convolution(block.conv2);
    if (!block.nin_shortcut.is_empty()) r.shortcut = convolution(block.nin_shortcut);
    return r;
  }

  Weights::Attention attention(const AttnBlockImpl& block) const {
    const auto matrix = [](const Conv2d& conv) { return conv->weight.detach().flatten(1); };
    Weights::Attention a;
    a.norm = norm(block.norm);
    a.weight = torch::cat({matrix(block.q), matrix(block.k), matrix(block.v)});
    a.bias = torch::cat({block.q->bias, block.k->bias, block.v->bias});
    a.out = {matrix(block.proj_out).contiguous(), block.proj_out->bias.detach().to(bias_type)};
    return a;
  }

  // The channels of a place of the larger picture lie side by side.
  Weights::Convolution enlargement(const UpsampleImpl& from) const {
    const auto area = from.stride.area();
    const auto turned = [&](const torch::Tensor& t) {
      return t.unflatten(0, {t.size(0) / area, area}).transpose(0, 1).flatten(0, 1).contiguous();
    };
    const auto& conv = *from.conv->conv;
    return convolution(turned(conv.weight), turned(conv.bias));
  }

  Weights::Level level(const LevelImpl& from) const {
    Weights::Level level;
    for (std::size_t k = 0; k < from.block->size(); ++k) {
      level.blocks.push_back(resnet(from.block->at<ResnetBlockImpl>(k)));
      if (!from.attn->is_empty()) level.attention.push_back(attention(from.attn->at<AttnBlockImpl>(k)));
    }
    if (!from.upsample.is_empty()) {
      level.enlarge = enlargement(*from.upsample);
      level.stride = from.upsample->stride;
    }
    return level;
  }
};

}  // namespace

DecoderWeights::DecoderWeights(const Tokenizer& tokenizer, torch::ScalarType bias_type)
    : decoder(tokenizer->decoder), post_quant_layer(tokenizer->post_quant_layer) {
  const Maker make{bias_type};
  const auto& d = *decoder;
  conv_in = make.convolution(d.conv_in);
  conv_out = make.convolution(d.conv_out);
  before = make.resnet(*d.mid->block_1);
  between = make.attention(*d.mid->attn_1);
  after = make.resnet(*d.mid->block_2);
  for (std::size_t i = d.up->size(); i-- > 0;) levels.push_back(make.level(d.up->at<LevelImpl>(i)));
  norm_out = Maker::norm(d.norm_out);
}

}  // namespace equi::model
