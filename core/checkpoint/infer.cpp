#include "core/checkpoint/infer.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "core/base/error.h"

namespace equi {
namespace {

constexpr int kMaxLevels = 16;

// Sizes out of shapes, with errors that name the key.
class Sizes {
 public:
  Sizes(const Shapes& shapes, const std::string& where) : shapes_(shapes), where_(where) {}

  bool has(const std::string& name) const { return shapes_.contains(name); }
  int size(const std::string& name, std::size_t dimension) const {
    const auto found = shapes_.find(name);
    if (found == shapes_.end()) fail(name + " is missing");
    if (dimension >= found->second.size()) {
      fail(fmt::format("{} has {} dimensions, more are needed", name, found->second.size()));
    }
    const auto value = found->second[dimension];
    if (value < 1 || value > INT32_MAX) fail(fmt::format("{} has a dimension of {}", name, value));
    return static_cast<int>(value);
  }
  // How many of prefix0suffix, prefix1suffix, ... are there.
  int count(const std::string& prefix, const std::string& suffix, int limit) const {
    int n = 0;
    while (n < limit && has(fmt::format("{}{}{}", prefix, n, suffix))) ++n;
    return n;
  }
  [[noreturn]] void fail(const std::string& what) const { throw Error(ErrorKind::bad_input, where_, what); }

 private:
  const Shapes& shapes_;
  const std::string& where_;
};

int ratio(const Sizes& sizes, int whole, int part, const std::string& what) {
  if (whole % part != 0) sizes.fail(fmt::format("{} has {} channels, no multiple of {}", what, whole, part));
  return whole / part;
}

std::optional<double> number(const std::map<std::string, TorchFile::Scalar>& args, const std::string& key) {
  const auto found = args.find(key);
  if (found == args.end()) return std::nullopt;
  if (const auto* whole = std::get_if<std::int64_t>(&found->second)) return static_cast<double>(*whole);
  if (const auto* real = std::get_if<double>(&found->second)) return *real;
  if (const auto* text = std::get_if<std::string>(&found->second)) {  // argparse keeps some numbers as text
    double value = 0;
    const auto parsed = std::from_chars(text->data(), text->data() + text->size(), value);
    if (parsed.ec == std::errc() && parsed.ptr == text->data() + text->size()) return value;
  }
  return std::nullopt;
}

std::string text(const std::map<std::string, TorchFile::Scalar>& args, const std::string& key) {
  const auto found = args.find(key);
  const auto* value = found == args.end() ? nullptr : std::get_if<std::string>(&found->second);
  return value == nullptr ? std::string() : *value;
}

struct KnownModel {
  const char* name;
  int width;
  int heads;
};
constexpr std::array<KnownModel, 5> kPublished = {
    {{"tiny", 256, 4}, {"small", 512, 8}, {"base", 768, 12}, {"large", 1024, 16}, {"huge", 1280, 16}}};

void infer_heads(InferredGenerator& out, std::optional<int> given, const Sizes& sizes) {
  GeneratorConfig& c = out.config;
  const auto fits = [&](int heads) { return c.width % heads == 0 && (c.width / heads) % 2 == 0; };
  if (given) {
    if (*given < 1 || !fits(*given)) {
      sizes.fail(fmt::format("width {} cannot be split into {} heads of even width", c.width, *given));
    }
    c.heads = *given;
    out.heads_source = "given by the user";
    return;
  }
  for (const auto& known : kPublished) {
    if (c.model_name.find(known.name) == std::string::npos || !fits(known.heads)) continue;
    c.heads = known.heads;
    out.heads_source = fmt::format("from the model's name {}", printable(c.model_name, 60));
    return;
  }
  for (const auto& known : kPublished) {
    if (c.width != known.width) continue;
    c.heads = known.heads;
    out.heads_source = fmt::format("from the width {}", c.width);
    return;
  }
  sizes.fail(
      "the number of attention heads is not stored and follows from neither the model's name nor its width; "
      "give --heads");
}

}  // namespace

TokenizerConfig infer_tokenizer(const Shapes& shapes, const std::string& where) {
  const Sizes sizes(shapes, where);
  TokenizerConfig c;
  c.encoder_channels = sizes.size("encoder.conv_in.weight", 0);
  c.image_channels = sizes.size("encoder.conv_in.weight", 1);
  const int levels = sizes.count("encoder.down.", ".block.0.conv1.weight", kMaxLevels);
  if (levels == 0) sizes.fail("encoder.down.0.block.0.conv1.weight is missing");
  c.blocks_per_level = sizes.count("encoder.down.0.block.", ".conv1.weight", 64);
  c.channel_multipliers.clear();
  c.halves_width.clear();
  c.level_attention.clear();
  for (int i = 0; i < levels; ++i) {
    const std::string level = fmt::format("encoder.down.{}", i);
    const int channels = sizes.size(level + ".block.0.conv2.weight", 0);
    c.channel_multipliers.push_back(ratio(sizes, channels, c.encoder_channels, level));
    c.level_attention.push_back(sizes.has(level + ".attn.0.q.weight"));
    if (i + 1 == levels) continue;
    const int shuffled = sizes.size(level + ".downsample.conv.conv.weight", 0);
    if (channels != 4 * shuffled && channels != 2 * shuffled) {
      sizes.fail(fmt::format("{}.downsample.conv.conv.weight makes {} of {} channels; 1/4 or 1/2 is known",
                             level, shuffled, channels));
    }
    c.halves_width.push_back(channels == 4 * shuffled);
  }
  c.z_channels = sizes.size("encoder.conv_out.weight", 0);
  c.token_width = sizes.size("quant_layer.weight", 0);
  const int rows = ratio(sizes, sizes.size("quant_layer.weight", 1), c.z_channels, "quant_layer.weight");
  if (levels > 8 || rows > 65536) sizes.fail("its levels or rows are out of range");
  c.image_height = rows << (levels - 1);
  c.decoder_channels = ratio(sizes, sizes.size("decoder.conv_out.weight", 1), c.channel_multipliers.front(),
                             "decoder.conv_out.weight");
  validate(c, where);
  return c;
}

InferredGenerator infer_generator(const Shapes& shapes, const std::map<std::string, TorchFile::Scalar>& args,
                                  std::optional<int> heads, const std::string& where) {
  const Sizes sizes(shapes, where);
  InferredGenerator out;
  GeneratorConfig& c = out.config;
  c.class_count = sizes.size("class_emb.weight", 0);
  c.width = sizes.size("class_emb.weight", 1);
  c.token_width = sizes.size("z_proj.weight", 1);
  c.condition_tokens = sizes.size("encoder_pos_embed_learned", 1);
  c.blocks = sizes.count("encoder_blocks.", ".attn.qkv.weight", 1024);
  c.mlp_width = sizes.size("encoder_blocks.0.mlp.fc1.weight", 0);
  c.flow_width = sizes.size("diffloss.net.input_proj.weight", 0);
  c.flow_depth = sizes.count("diffloss.net.res_blocks.", ".mlp.0.weight", 1024);
  c.time_features = sizes.size("diffloss.net.time_embed.mlp.0.weight", 1);

  const auto whole = [&](const char* key, int& field) {
    const auto value = number(args, key);
    if (!value) return;
    if (!(*value >= 0 && *value <= 1e6))
      sizes.fail(fmt::format("args.{} is {}, which is out of range", key, *value));
    field = static_cast<int>(*value);
  };
  const auto real = [&](const char* key, double& field) { field = number(args, key).value_or(field); };
  c.model_name = text(args, "model");
  whole("cond_length", c.cond_length);
  whole("shift_num", c.shift_num);
  whole("token_num", c.train_columns);
  whole("diffusion_batch_mul", c.diffusion_batch_mul);
  whole("num_sampling_steps", c.sampling_steps);
  real("label_drop_prob", c.label_drop);
  real("attn_dropout", c.attention_dropout);
  real("proj_dropout", c.projection_dropout);
  if (const auto schedule = text(args, "cfg_schedule"); !schedule.empty())
    c.guidance_schedule = printable(schedule, 40);
  out.vae_norm = number(args, "vae_norm");
  infer_heads(out, heads, sizes);
  validate(c, where);
  return out;
}

}  // namespace equi
