#include "core/checkpoint/architecture.h"

#include <fmt/format.h>

#include "core/base/error.h"

namespace equi {
namespace {

constexpr int kMaxSize = 65536;
constexpr int kMaxDepth = 1024;

class Checker {
 public:
  explicit Checker(const std::string& where) : where_(where) {}

  void range(const char* field, double value, double low, double high) const {
    if (!(value >= low && value <= high)) {
      fail(fmt::format("{} is {}, which is not between {} and {}", field, value, low, high));
    }
  }
  void require(bool holds, const std::string& otherwise) const {
    if (!holds) fail(otherwise);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { throw Error(ErrorKind::bad_input, where_, what); }
  const std::string& where_;
};

// Collects weight names and shapes under a prefix.
class Specs {
 public:
  using Shape = std::vector<std::int64_t>;

  void add(const std::string& name, Shape shape) { specs_.push_back({name, std::move(shape)}); }
  void linear(const std::string& name, std::int64_t in, std::int64_t out) { pair(name, {out, in}, out); }
  void norm(const std::string& name, std::int64_t width) { pair(name, {width}, width); }
  void conv(const std::string& name, std::int64_t in, std::int64_t out, std::int64_t kernel) {
    pair(name, {out, in, kernel, kernel}, out);
  }
  void conv1d(const std::string& name, std::int64_t in, std::int64_t out) { pair(name, {out, in, 3}, out); }

  void resnet(const std::string& name, std::int64_t in, std::int64_t out) {
    norm(name + ".norm1", in);
    conv(name + ".conv1", in, out, 3);
    norm(name + ".norm2", out);
    conv(name + ".conv2", out, out, 3);
    if (in != out) conv(name + ".nin_shortcut", in, out, 1);
  }
  void attention(const std::string& name, std::int64_t channels) {
    norm(name + ".norm", channels);
    for (const char* part : {".q", ".k", ".v", ".proj_out"}) conv(name + part, channels, channels, 1);
  }
  void middle(const std::string& name, std::int64_t channels) {
    resnet(name + ".block_1", channels, channels);
    attention(name + ".attn_1", channels);
    resnet(name + ".block_2", channels, channels);
  }
  void level(const std::string& name, std::int64_t in, std::int64_t out, int blocks, bool attend) {
    for (int i = 0; i < blocks; ++i) {
      resnet(fmt::format("{}.block.{}", name, i), i == 0 ? in : out, out);
      if (attend) attention(fmt::format("{}.attn.{}", name, i), out);
    }
  }

  std::vector<WeightSpec> take() { return std::move(specs_); }

 private:
  void pair(const std::string& name, Shape weight, std::int64_t bias) {
    add(name + ".weight", std::move(weight));
    add(name + ".bias", {bias});
  }
  std::vector<WeightSpec> specs_;
};

void encoder_specs(Specs& specs, const TokenizerConfig& c) {
  std::int64_t channels = c.encoder_channels;
  specs.conv("encoder.conv_in", c.image_channels, channels, 3);
  for (int i = 0; i < c.levels(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    const std::int64_t out = std::int64_t{c.encoder_channels} * c.channel_multipliers[at];
    const std::string name = fmt::format("encoder.down.{}", i);
    specs.level(name, channels, out, c.blocks_per_level, c.level_attention[at]);
    channels = out;
    if (i + 1 == c.levels()) continue;
    specs.conv(name + ".downsample.conv.conv", channels, channels / (c.halves_width[at] ? 4 : 2), 3);
  }
  specs.middle("encoder.mid", channels);
  specs.norm("encoder.norm_out", channels);
  specs.conv("encoder.conv_out", channels, c.z_channels, 3);
  specs.conv1d("encoder.encoder1d", c.column_features(), c.column_features());
}

void decoder_specs(Specs& specs, const TokenizerConfig& c) {
  std::int64_t channels = std::int64_t{c.decoder_channels} * c.channel_multipliers.back();
  specs.conv("decoder.conv_in", c.z_channels, channels, 3);
  specs.middle("decoder.mid", channels);
  for (int i = c.levels() - 1; i >= 0; --i) {
    const auto at = static_cast<std::size_t>(i);
    const std::int64_t out = std::int64_t{c.decoder_channels} * c.channel_multipliers[at];
    const std::string name = fmt::format("decoder.up.{}", i);
    specs.level(name, channels, out, c.blocks_per_level + 1, c.level_attention[at]);
    channels = out;
    if (i > 0)
      specs.conv(name + ".upsample.conv.conv", channels, channels * (c.halves_width[at - 1] ? 4 : 2), 3);
  }
  specs.norm("decoder.norm_out", channels);
  specs.conv("decoder.conv_out", channels, c.image_channels, 3);
  specs.conv1d("decoder.decoder1d", c.column_features(), c.column_features());
}

void generator_block_specs(Specs& specs, const std::string& name, const GeneratorConfig& c) {
  specs.norm(name + ".norm1", c.width);
  specs.linear(name + ".attn.qkv", c.width, 3 * std::int64_t{c.width});
  specs.linear(name + ".attn.proj", c.width, c.width);
  specs.norm(name + ".norm2", c.width);
  specs.linear(name + ".mlp.fc1", c.width, c.mlp_width);
  specs.linear(name + ".mlp.fc2", c.mlp_width, c.width);
  for (const char* part : {".attn2.qkv", ".attn2.proj", ".attn2.k", ".attn2.v"}) {
    specs.linear(name + part, c.width, c.width);
  }
  specs.norm(name + ".cross_norm", c.width);
  specs.norm(name + ".cross_cond_norm", c.width);
}

void flow_specs(Specs& specs, const GeneratorConfig& c) {
  const std::string net = "diffloss.net.";
  const std::int64_t w = c.flow_width;
  specs.linear(net + "time_embed.mlp.0", c.time_features, w);
  specs.linear(net + "time_embed.mlp.2", w, w);
  specs.linear(net + "cond_embed", c.width, w);
  specs.linear(net + "input_proj", c.token_width, w);
  for (int i = 0; i < c.flow_depth; ++i) {
    const std::string block = fmt::format("{}res_blocks.{}", net, i);
    specs.norm(block + ".in_ln", w);
    specs.linear(block + ".mlp.0", w, w);
    specs.linear(block + ".mlp.2", w, w);
    specs.linear(block + ".adaLN_modulation.1", w, 3 * w);
  }
  specs.linear(net + "final_layer.linear", w, c.token_width);
  specs.linear(net + "final_layer.adaLN_modulation.1", w, 2 * w);
}

}  // namespace

void validate(const TokenizerConfig& c, const std::string& where) {
  const Checker check(where);
  check.range("tokenizer levels", c.levels(), 1, 8);
  check.range("tokenizer image_channels", c.image_channels, 3, 3);  // pictures are RGB everywhere
  check.range("tokenizer image_height", c.image_height, 2, 8192);
  check.range("tokenizer encoder_channels", c.encoder_channels, 1, kMaxSize);
  check.range("tokenizer decoder_channels", c.decoder_channels, 1, kMaxSize);
  check.range("tokenizer blocks_per_level", c.blocks_per_level, 1, 64);
  check.range("tokenizer z_channels", c.z_channels, 1, kMaxSize);
  check.range("tokenizer token_width", c.token_width, 1, kMaxSize);
  check.range("tokenizer norm_groups", c.norm_groups, 1, kMaxSize);
  check.range("tokenizer posterior_std", c.posterior_std, 0, 1000);
  const auto levels = static_cast<std::size_t>(c.levels());
  check.require(c.halves_width.size() + 1 == levels, "tokenizer halves_width needs one entry per resampling");
  check.require(c.level_attention.size() == levels, "tokenizer level_attention needs one entry per level");
  check.require(c.image_height % (1 << (c.levels() - 1)) == 0 && c.latent_rows() >= 2,
                "tokenizer image_height does not fit its levels");
  check.range("tokenizer column features", double(c.z_channels) * c.latent_rows(), 1, kMaxSize);
  for (std::size_t i = 0; i < levels; ++i) {
    check.range("tokenizer channel multiplier", c.channel_multipliers[i], 1, 64);
    for (const int base : {c.encoder_channels, c.decoder_channels}) {
      const std::int64_t channels = std::int64_t{base} * c.channel_multipliers[i];
      check.range("tokenizer channels", static_cast<double>(channels), 1, kMaxSize);
      check.require(channels % c.norm_groups == 0,
                    fmt::format("tokenizer level {} has {} channels, not divisible into {} groups", i,
                                channels, c.norm_groups));
      check.require(i + 1 == levels || channels % 4 == 0,
                    fmt::format("tokenizer level {} has {} channels, not divisible by 4", i, channels));
    }
  }
  check.require(c.encoder_channels % c.norm_groups == 0, "tokenizer encoder_channels do not fit norm_groups");
}

void validate(const GeneratorConfig& c, const std::string& where) {
  const Checker check(where);
  check.range("generator token_width", c.token_width, 1, kMaxSize);
  check.range("generator width", c.width, 1, kMaxSize);
  check.range("generator heads", c.heads, 1, 1024);
  check.range("generator blocks", c.blocks, 1, kMaxDepth);
  check.range("generator mlp_width", c.mlp_width, 1, 4 * kMaxSize);
  check.range("generator class_count", c.class_count, 1, 1'000'000);
  check.range("generator condition_tokens", c.condition_tokens, 1, 4096);
  check.range("generator cond_length", c.cond_length, 0, kMaxSize);
  check.range("generator flow_width", c.flow_width, 1, kMaxSize);
  check.range("generator flow_depth", c.flow_depth, 1, kMaxDepth);
  check.range("generator time_features", c.time_features, 2, 4096);
  check.range("generator shift_num", c.shift_num, 0, 1'000'000);
  check.range("generator train_columns", c.train_columns, 1, 4096);
  check.range("generator label_drop", c.label_drop, 0, 1);
  check.range("generator attention_dropout", c.attention_dropout, 0, 1);
  check.range("generator projection_dropout", c.projection_dropout, 0, 1);
  check.range("generator diffusion_batch_mul", c.diffusion_batch_mul, 1, 1024);
  check.range("generator sampling_steps", c.sampling_steps, 1, 10000);
  check.require(
      c.width % c.heads == 0 && c.head_width() % 2 == 0,
      fmt::format("generator width {} cannot be split into {} heads of even width", c.width, c.heads));
  check.require(c.time_features % 2 == 0, "generator time_features must be even");
}

std::vector<WeightSpec> weight_specs(const TokenizerConfig& c) {
  Specs specs;
  encoder_specs(specs, c);
  decoder_specs(specs, c);
  specs.conv1d("quant_layer", c.column_features(), c.token_width);
  specs.conv1d("post_quant_layer", c.token_width, c.column_features());
  return specs.take();
}

std::vector<WeightSpec> weight_specs(const GeneratorConfig& c) {
  Specs specs;
  specs.add("fake_latent", {1, c.width});
  specs.add("encoder_pos_embed_learned", {1, c.condition_tokens, c.width});
  specs.add("class_emb.weight", {c.class_count, c.width});
  specs.linear("z_proj", c.token_width, c.width);
  specs.norm("z_proj_ln", c.width);
  for (int i = 0; i < c.blocks; ++i) generator_block_specs(specs, fmt::format("encoder_blocks.{}", i), c);
  specs.norm("encoder_norm", c.width);
  flow_specs(specs, c);
  return specs.take();
}

}  // namespace equi
