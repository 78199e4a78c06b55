#include "core/train/presets.h"

#include <fmt/format.h>

#include "core/base/error.h"

namespace equi::train {
namespace {

[[noreturn]] void unknown(const std::string& name) {
  throw Error(ErrorKind::bad_input, "preset", fmt::format("'{}' is none", printable(name)),
              "smoke, demo or large");
}

TokenizerPreset tokenizer_smoke() {
  TokenizerPreset p;
  auto& t = p.training;
  t.config.image_height = 32;
  t.config.encoder_channels = t.config.decoder_channels = 8;
  t.config.channel_multipliers = {1, 1, 2, 2, 4};
  t.config.level_attention = {false, false, false, false, true};
  t.config.blocks_per_level = 1;
  t.config.z_channels = 8;
  t.config.token_width = 16;
  t.config.norm_groups = 2;
  t.batch = 4;
  t.held_out = 8;
  t.update.adam = {0.5, 0.9, 1e-8, 0.0};
  t.update.average = 0.98;
  p.run.steps = 60;
  p.run.rate = {2e-3, 10, true, 0.05};
  p.run.report_every = 10;
  p.run.held_out_every = 30;
  p.scenes = {32, 384, 4, 1'000'000};
  return p;
}

TokenizerPreset tokenizer_demo() {
  TokenizerPreset p;
  auto& t = p.training;
  t.config.image_height = 128;
  t.config.encoder_channels = t.config.decoder_channels = 16;
  t.config.channel_multipliers = {1, 2, 4, 8, 8};
  t.config.level_attention = {false, false, false, false, true};
  t.config.blocks_per_level = 1;
  t.config.z_channels = 32;
  t.config.token_width = 128;
  t.config.norm_groups = 2;
  t.config.posterior_std = 0.5;
  t.batch = 4;
  t.kl_weight = 1e-4;
  t.update.adam = {0.9, 0.95, 1e-8, 0.0, kMuonMomentum};
  t.update.average = 0.995;
  t.update.clip = 1.0;
  t.update.precision = Precision::bfloat16;
  p.run.rate = {4e-4, 50, true, 0.02};
  p.scenes = {128, 768, 320, 1'000'000};
  return p;
}

TokenizerPreset tokenizer_large() {
  TokenizerPreset p;
  auto& t = p.training;
  t.batch = 16;
  t.update.adam = {0.5, 0.9, 1e-8, 0.0};
  t.update.average = 0.99;
  t.update.clip = 1.0;
  t.update.precision = Precision::bfloat16;
  p.run.rate = {1e-4, 500, true, 0.05};
  p.scenes = {256, 1536, 512, 1'000'000};
  return p;
}

GeneratorPreset generator_smoke() {
  GeneratorPreset p;
  auto& g = p.training;
  g.config.model_name = "smoke";
  g.config.width = 32;
  g.config.heads = 2;
  g.config.blocks = 2;
  g.config.mlp_width = 64;
  g.config.flow_width = 32;
  g.config.flow_depth = 2;
  g.config.time_features = 32;
  g.batch = 16;
  g.update.adam = {0.9, 0.95, 1e-8, 0.02};
  g.update.clip = 3.0;
  g.update.average = 0.98;
  p.latents.count = 96;
  p.latents.columns = 16;
  p.latents.held_out = 12;
  p.run.steps = 80;
  p.run.rate = {2e-3, 10, false, 0.0};
  p.run.report_every = 10;
  p.run.held_out_every = 40;
  return p;
}

GeneratorPreset generator_demo() {
  GeneratorPreset p;
  auto& g = p.training;
  g.config.model_name = "demo";
  g.config.width = 256;
  g.config.heads = 4;
  g.config.blocks = 5;
  g.config.mlp_width = 1024;
  g.config.flow_width = 512;
  g.config.flow_depth = 4;
  g.config.attention_dropout = g.config.projection_dropout = 0.0;
  g.batch = 32;
  g.context_noise = 0.1;
  g.update.adam = {0.9, 0.95, 1e-8, 0.02};
  g.update.clip = 3.0;
  g.update.average = 0.998;
  g.update.precision = Precision::bfloat16;
  p.latents.count = 12288;
  p.latents.columns = 24;
  p.latents.precision = Precision::bfloat16;
  p.run.rate = {1.5e-3, 100, true, 0.02};
  return p;
}

GeneratorPreset generator_large() {
  GeneratorPreset p;
  auto& g = p.training;
  g.batch = 256;
  g.update.adam = {0.9, 0.95, 1e-8, 0.02};
  g.update.clip = 3.0;
  g.update.average = 0.9999;
  g.update.precision = Precision::bfloat16;
  p.latents.count = 131'072;
  p.latents.columns = 16;
  p.run.rate = {1e-4, 2000, false, 0.0};
  return p;
}

}  // namespace

const std::vector<std::string>& preset_names() {
  static const std::vector<std::string> names = {"smoke", "demo", "large"};
  return names;
}

TokenizerPreset tokenizer_preset(const std::string& name) {
  if (name == "smoke") return tokenizer_smoke();
  if (name == "demo") return tokenizer_demo();
  if (name == "large") return tokenizer_large();
  unknown(name);
}

GeneratorPreset generator_preset(const std::string& name) {
  if (name == "smoke") return generator_smoke();
  if (name == "demo") return generator_demo();
  if (name == "large") return generator_large();
  unknown(name);
}

}  // namespace equi::train
