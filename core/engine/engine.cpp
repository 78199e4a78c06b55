#include "core/engine/engine.h"

#include <algorithm>

#include "core/checkpoint/class_names.h"
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
  return class_number("scene", text, manifest().class_names);
}

stream::GenerationSettings Engine::default_settings() const {
  stream::GenerationSettings settings;
  settings.guidance.scale = manifest().guidance_scale;
  settings.hold_position = std::min(settings.hold_position, stream::last_position(manifest().generator));
  return settings;
}

}  // namespace equi::engine
