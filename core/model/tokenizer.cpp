#include "core/model/tokenizer.h"

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/model/norm_swish.h"

namespace equi::model {
namespace {

Stride stride_between(const TokenizerConfig& config, int upper_level) {
  return {2, config.halves_width[static_cast<std::size_t>(upper_level)] ? 2 : 1};
}

void require_columns(std::int64_t columns) {
  if (columns < 2) {
    throw Error(ErrorKind::bad_input, "tokenizer", fmt::format("{} column(s) given", columns),
                "the reflected convolutions need at least 2");
  }
}

}  // namespace

EncoderImpl::EncoderImpl(const TokenizerConfig& c)
    : conv_in(register_module("conv_in", Conv2d(c.image_channels, c.encoder_channels, 3))),
      down(register_module("down", torch::nn::ModuleList())) {
  std::int64_t channels = c.encoder_channels;
  for (int i = 0; i < c.levels(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    const std::int64_t out = std::int64_t{c.encoder_channels} * c.channel_multipliers[at];
    Level level(channels, out, c.blocks_per_level, c.level_attention[at], c.norm_groups);
    channels = out;
    if (i + 1 < c.levels()) level->add_downsample(channels, stride_between(c, i));
    down->push_back(level);
  }
  mid = register_module("mid", Middle(channels, c.norm_groups));
  norm_out = register_module("norm_out", GroupNorm(c.norm_groups, channels));
  conv_out = register_module("conv_out", Conv2d(channels, c.z_channels, 3));
  encoder1d = register_module("encoder1d", Conv1d(c.column_features(), c.column_features()));
}

torch::Tensor EncoderImpl::forward(const torch::Tensor& image) const {
  auto h = conv_in->forward(image);
  for (std::size_t i = 0; i < down->size(); ++i) h = down->at<LevelImpl>(i).forward(h);
  h = conv_out->forward(norm_swish(norm_out, mid->forward(h)));  // [B, z, rows, T]
  return encoder1d->along_columns(h.permute({0, 3, 1, 2}).flatten(2));
}

DecoderImpl::DecoderImpl(const TokenizerConfig& c) : z_channels(c.z_channels) {
  std::int64_t channels = std::int64_t{c.decoder_channels} * c.channel_multipliers.back();
  conv_in = register_module("conv_in", Conv2d(c.z_channels, channels, 3));
  mid = register_module("mid", Middle(channels, c.norm_groups));
  std::vector<Level> levels;  // from the top (smallest) level down
  for (int i = c.levels() - 1; i >= 0; --i) {
    const auto at = static_cast<std::size_t>(i);
    const std::int64_t out = std::int64_t{c.decoder_channels} * c.channel_multipliers[at];
    Level level(channels, out, c.blocks_per_level + 1, c.level_attention[at], c.norm_groups);
    channels = out;
    if (i > 0) level->add_upsample(channels, stride_between(c, i - 1));
    levels.push_back(level);
  }
  up = register_module("up", torch::nn::ModuleList());
  for (auto level = levels.rbegin(); level != levels.rend(); ++level) up->push_back(*level);
  norm_out = register_module("norm_out", GroupNorm(c.norm_groups, channels));
  conv_out = register_module("conv_out", Conv2d(channels, c.image_channels, 3));
  decoder1d = register_module("decoder1d", Conv1d(c.column_features(), c.column_features()));
}

torch::Tensor DecoderImpl::forward(const torch::Tensor& columns) const {
  auto h = decoder1d->along_columns(columns);
  h = h.unflatten(2, {z_channels, -1}).permute({0, 2, 3, 1});  // [B, z, rows, T]
  h = mid->forward(conv_in->forward(h));
  for (std::size_t i = up->size(); i-- > 0;) h = up->at<LevelImpl>(i).forward(h);
  return conv_out->forward(norm_swish(norm_out, h));
}

TokenizerImpl::TokenizerImpl(const TokenizerConfig& c)
    : config(c),
      encoder(register_module("encoder", Encoder(c))),
      decoder(register_module("decoder", Decoder(c))),
      quant_layer(register_module("quant_layer", Conv1d(c.column_features(), c.token_width))),
      post_quant_layer(register_module("post_quant_layer", Conv1d(c.token_width, c.column_features()))) {}

torch::Tensor TokenizerImpl::encode(const torch::Tensor& image) const {
  if (image.dim() != 4 || image.size(1) != config.image_channels || image.size(2) != config.image_height ||
      image.size(3) % config.column_pixels() != 0) {
    throw Error(
        ErrorKind::bad_input, "tokenizer",
        fmt::format(
            "a picture of {} channels x {} x {} was given; this model takes {} x {} x a multiple of {}",
            image.size(-3), image.size(-2), image.size(-1), config.image_channels, config.image_height,
            config.column_pixels()));
  }
  require_columns(image.size(3) / config.column_pixels());
  return quant_layer->along_columns(encoder->forward(image));
}

torch::Tensor TokenizerImpl::decode(const torch::Tensor& tokens) const {
  require_columns(tokens.size(1));
  return decoder->forward(post_quant_layer->along_columns(tokens));
}

}  // namespace equi::model
