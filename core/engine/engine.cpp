#include "core/engine/engine.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/model/precision.h"
#include "core/model/weights.h"

namespace equi::engine {

std::optional<Precision> parse_precision_choice(const std::string& text) {
  if (text == "auto") return std::nullopt;
  return parse_precision(text);
}

std::shared_ptr<const Engine> Engine::load(const std::filesystem::path& bundle, const Device& device,
                                           std::optional<Precision> precision) {
  auto engine = std::shared_ptr<Engine>(new Engine);
  engine->folder_ = bundle;
  const auto files = Bundle::open(bundle);
  if (!precision) precision = model::automatic_precision(device);
  engine->model_ = std::make_unique<model::Model>(model::load_model(files, device, *precision));
  return engine;
}

Engine::~Engine() = default;

const Manifest& Engine::manifest() const {
  return model_->manifest;
}

const Device& Engine::device() const {
  return model_->device;
}

Precision Engine::precision() const {
  return model_->precision;
}

int Engine::picture_height() const {
  return manifest().tokenizer.image_height;
}

int Engine::column_pixels() const {
  return manifest().tokenizer.column_pixels();
}

int Engine::token_width() const {
  return manifest().tokenizer.token_width;
}

canvas::ModelIdentity Engine::identity() const {
  const Manifest& m = manifest();
  return {m.name, m.tokenizer_sha256, m.generator_sha256, m.tokenizer.token_width};
}

std::int64_t Engine::find_scene(const std::string& text) const {
  const auto& names = manifest().class_names;
  const auto found = std::ranges::find(names, text);
  if (found != names.end()) return found - names.begin();
  std::int64_t index = -1;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), index);
  const bool whole = parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
  if (whole && index >= 0 && index < static_cast<std::int64_t>(names.size())) return index;
  throw Error(ErrorKind::bad_input, "scene",
              fmt::format("'{}' is none of the model's {} classes", printable(text), names.size()),
              "equicanvas-cli info MODEL lists them; a number works too");
}

stream::GenerationSettings Engine::default_settings() const {
  stream::GenerationSettings settings;
  settings.guidance.scale = manifest().guidance_scale;
  return settings;
}

}  // namespace equi::engine
