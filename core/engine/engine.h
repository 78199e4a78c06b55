#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "core/base/device.h"
#include "core/canvas/project_file.h"
#include "core/checkpoint/bundle.h"

namespace equi::model {
struct Model;
}

namespace equi::engine {

// Reads "auto" (nothing: the model and the device decide), "float32" or "bfloat16". Throws Error(bad_input).
std::optional<Precision> parse_precision_choice(const std::string& text);

// A model ready to run on one device. Headers of this room know no torch, so that the app and the batch can
// include them; rooms that compute look at `model()`.
class Engine {
 public:
  // Opens a bundle. Without a precision the model and the device decide (model::automatic_precision).
  // Throws Error as Bundle::open and model::load_model do.
  static std::shared_ptr<const Engine> load(const std::filesystem::path& bundle, const Device& device = {},
                                            std::optional<Precision> precision = Precision::float32);
  ~Engine();

  const std::filesystem::path& folder() const { return folder_; }
  const Manifest& manifest() const;
  const Device& device() const;
  Precision precision() const;
  const model::Model& model() const { return *model_; }

  int picture_height() const;  // pixels
  int column_pixels() const;   // pixels, 16
  int token_width() const;     // E
  canvas::ModelIdentity identity() const;
  // As class_number().
  std::int64_t find_scene(const std::string& text) const;
  // What a canvas of this model starts with: the model's recommended guidance, the default solver.
  stream::GenerationSettings default_settings() const;

 private:
  Engine() = default;
  std::filesystem::path folder_;
  std::unique_ptr<model::Model> model_;
};

}  // namespace equi::engine
