#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/checkpoint/bundle.h"
#include "core/checkpoint/manifest_check.h"

namespace equi {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxManifest = 64 << 20;
constexpr int kMaxDepth = 16;
constexpr std::size_t kMaxClassName = 1000;

// Reads fields of one JSON object and names the field in every error.
class Reader {
 public:
  Reader(const Json& object, std::string where) : object_(object), where_(std::move(where)) {
    if (!object.is_object()) fail("is no JSON object");
  }

  template <class T>
  void read(const char* field, T& out) const {
    try {
      if constexpr (std::is_same_v<T, int>) {
        const Json& value = object_.at(field);
        if (!value.is_number_integer()) fail(fmt::format("{} is no whole number", field));
        const auto number = value.get<std::int64_t>();
        if (number < INT32_MIN || number > INT32_MAX) fail(fmt::format("{} is out of range", field));
        out = static_cast<int>(number);
      } else {
        out = object_.at(field).get<T>();
      }
    } catch (const Json::exception&) {
      fail(fmt::format("{} is missing or of another type", field));
    }
  }
  template <class T>
  void read_if_there(const char* field, T& out) const {
    if (object_.contains(field)) read(field, out);
  }
  const Json& at(const char* field) const {
    const auto found = object_.find(field);
    if (found == object_.end()) fail(fmt::format("{} is missing", field));
    return *found;
  }
  [[noreturn]] void fail(const std::string& what) const { throw Error(ErrorKind::bad_input, where_, what); }

 private:
  const Json& object_;
  std::string where_;
};

// One list of fields serves both directions: `f` is called with each field's name and reference.
template <class Config, class F>
void tokenizer_fields(Config& c, F f) {
  f("image_channels", c.image_channels);
  f("image_height", c.image_height);
  f("encoder_channels", c.encoder_channels);
  f("decoder_channels", c.decoder_channels);
  f("channel_multipliers", c.channel_multipliers);
  f("halves_width", c.halves_width);
  f("level_attention", c.level_attention);
  f("blocks_per_level", c.blocks_per_level);
  f("z_channels", c.z_channels);
  f("token_width", c.token_width);
  f("norm_groups", c.norm_groups);
  f("posterior_std", c.posterior_std);
}

template <class Config, class F>
void generator_fields(Config& c, F f) {
  f("model_name", c.model_name);
  f("token_width", c.token_width);
  f("width", c.width);
  f("heads", c.heads);
  f("blocks", c.blocks);
  f("mlp_width", c.mlp_width);
  f("class_count", c.class_count);
  f("condition_tokens", c.condition_tokens);
  f("cond_length", c.cond_length);
  f("flow_width", c.flow_width);
  f("flow_depth", c.flow_depth);
  f("time_features", c.time_features);
  f("shift_num", c.shift_num);
  f("train_columns", c.train_columns);
  f("label_drop", c.label_drop);
  f("attention_dropout", c.attention_dropout);
  f("projection_dropout", c.projection_dropout);
  f("diffusion_batch_mul", c.diffusion_batch_mul);
  f("sampling_steps", c.sampling_steps);
  f("guidance_schedule", c.guidance_schedule);
}

template <class M, class F>
void manifest_fields(M& m, F f) {
  f("name", m.name);
  f("class_names", m.class_names);
  f("vae_norm", m.vae_norm);
  f("window_columns", m.window_columns);
  f("window_hop", m.window_hop);
  f("heads_source", m.heads_source);
  f("provenance", m.provenance);
  f("licence", m.licence);
  f("dtype", m.dtype);
  f("tokenizer_sha256", m.tokenizer_sha256);
  f("generator_sha256", m.generator_sha256);
}

auto write_into(Json& object) {
  return [&object](const char* field, const auto& value) { object[field] = value; };
}

auto read_from(const Reader& from) {
  return [&from](const char* field, auto& value) { from.read(field, value); };
}

std::string text_of(const Json& document) {
  return document.dump(2, ' ', false, Json::error_handler_t::replace);
}

Json parse(const std::string& text, const std::string& where) {
  if (text.size() > kMaxManifest) throw Error(ErrorKind::bad_input, where, "is larger than 64 MiB");
  const auto shallow = [&](int depth, Json::parse_event_t, Json&) {
    if (depth > kMaxDepth) throw Error(ErrorKind::bad_input, where, "nests too deep");
    return true;
  };
  return Json::parse(text, shallow, false);
}

}  // namespace

void validate(const Manifest& m, const std::string& where) {
  const auto fail = [&](const std::string& what) { throw Error(ErrorKind::bad_input, where, what); };
  validate(m.tokenizer, where);
  validate(m.generator, where);
  if (m.tokenizer.token_width != m.generator.token_width) {
    fail(fmt::format("the tokenizer's tokens have {} numbers, the generator's {}", m.tokenizer.token_width,
                     m.generator.token_width));
  }
  if (m.class_names.size() != static_cast<std::size_t>(m.generator.class_count)) {
    fail(fmt::format("{} class names for {} classes", m.class_names.size(), m.generator.class_count));
  }
  for (const auto& name : m.class_names) {
    if (name.size() > kMaxClassName) fail("a class name is longer than 1000 bytes");
  }
  if (!(m.vae_norm > 0 && m.vae_norm < 1e6)) {
    fail(fmt::format("vae_norm must be positive and below 1000000, not {}", m.vae_norm));
  }
  if (m.window_columns < 2 || m.window_columns > 4096 || m.window_hop < 1 ||
      m.window_hop > m.window_columns) {
    fail("window_columns or window_hop is out of range");
  }
  if (!(m.guidance_scale >= 0 && m.guidance_scale <= 100)) {
    fail(fmt::format("guidance_scale is {}, not within 0..100", m.guidance_scale));
  }
  if (m.dtype != "float32" && m.dtype != "bfloat16") fail("dtype must be float32 or bfloat16");
}

std::string manifest_to_json(const Manifest& m) {
  Json document = {{"format", Manifest::kFormat}};
  manifest_fields(m, write_into(document));
  document["guidance_scale"] = m.guidance_scale;
  tokenizer_fields(m.tokenizer, write_into(document["tokenizer"]));
  generator_fields(m.generator, write_into(document["generator"]));
  return text_of(document);
}

Manifest manifest_from_json(const std::string& text, const std::string& where) {
  const Json document = parse(text, where);
  const Reader reader(document, where);
  int format = 0;
  reader.read("format", format);
  if (format != Manifest::kFormat) {
    reader.fail(fmt::format("has format {}, this program knows {}", format, Manifest::kFormat));
  }
  Manifest m;
  const Reader tokenizer(reader.at("tokenizer"), where + ": tokenizer");
  const Reader generator(reader.at("generator"), where + ": generator");
  manifest_fields(m, read_from(reader));
  reader.read_if_there("guidance_scale", m.guidance_scale);
  tokenizer_fields(m.tokenizer, read_from(tokenizer));
  generator_fields(m.generator, read_from(generator));
  validate(m, where);
  return m;
}

std::string to_json(const TokenizerConfig& config) {
  Json document;
  tokenizer_fields(config, write_into(document));
  return text_of(document);
}

std::string to_json(const GeneratorConfig& config) {
  Json document;
  generator_fields(config, write_into(document));
  return text_of(document);
}

TokenizerConfig tokenizer_from_json(const std::string& text, const std::string& where) {
  TokenizerConfig config;
  const Json document = parse(text, where);
  tokenizer_fields(config, read_from(Reader(document, where)));
  validate(config, where);
  return config;
}

GeneratorConfig generator_from_json(const std::string& text, const std::string& where) {
  GeneratorConfig config;
  const Json document = parse(text, where);
  generator_fields(config, read_from(Reader(document, where)));
  validate(config, where);
  return config;
}

}  // namespace equi
