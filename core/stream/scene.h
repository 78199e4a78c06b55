#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <span>
#include <vector>

#include <torch/torch.h>

#include "core/model/backend.h"
#include "core/model/generator.h"

namespace equi::stream {

// What a column shows: a class, or a place on the way from one class to another. Its embedding is
// (1 - blend) * embedding(from) + blend * embedding(to).
struct Scene {
  static constexpr std::int64_t kNone = -1;  // the unconditional embedding: no class at all

  std::int64_t from = 0;
  std::int64_t to = 0;  // not looked at when blend is 0
  double blend = 0.0;   // 0..1
  bool operator==(const Scene&) const = default;
};

// Throws Error(bad_input) for a class outside [-1, class_count) or a blend outside 0..1.
void validate(const Scene& scene, const GeneratorConfig& config);

// What the condition tokens of a scene are to the image tokens. They take part in no attention as queries,
// so they depend on the class alone and are computed once.
struct SceneConditions {
  std::vector<model::CrossAttentionImpl::KeysValues> layers;  // [rows, C, heads, head_width] each
  torch::Tensor first;  // [rows, d], the condition for a frame's column 0
};

// The whole condition stream of class embeddings [rows, d].
SceneConditions compute_conditions(const model::Generator& generator, const torch::Tensor& embedding,
                                   model::Backend backend = model::Backend::automatic);

// Conditions by scene; the last kCapacity scenes are kept (a morph passes through many). Not thread-safe.
class SceneCache {
 public:
  static constexpr std::size_t kCapacity = 8;

  explicit SceneCache(model::Generator generator, model::Backend backend = model::Backend::automatic)
      : generator_(std::move(generator)), backend_(backend) {}

  // One row for each scene, followed by as many unconditional rows when `both_branches`.
  const SceneConditions& batch(std::span<const Scene> scenes, bool both_branches);

 private:
  struct Entry {
    Scene scene;
    std::shared_ptr<const SceneConditions> conditions;
  };
  std::shared_ptr<const SceneConditions> one(const Scene& scene);
  torch::Tensor embedding(const Scene& scene) const;

  model::Generator generator_;
  model::Backend backend_;
  std::list<Entry> entries_;  // the most recently used first
  std::vector<Scene> batch_scenes_;
  bool batch_both_ = false;
  SceneConditions batch_;
};

}  // namespace equi::stream
