#include "core/stream/scene.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/stream/transformer_cpu.h"

namespace equi::stream {
namespace {

SceneConditions stack(const std::vector<std::shared_ptr<const SceneConditions>>& rows) {
  SceneConditions stacked;
  std::vector<torch::Tensor> first;
  for (const auto& row : rows) first.push_back(row->first);
  stacked.first = torch::cat(first, 0);
  for (std::size_t layer = 0; layer < rows.front()->layers.size(); ++layer) {
    std::vector<torch::Tensor> k, v;
    for (const auto& row : rows) {
      k.push_back(row->layers[layer].k);
      v.push_back(row->layers[layer].v);
    }
    stacked.layers.push_back({torch::cat(k, 0), torch::cat(v, 0)});
  }
  return stacked;
}

}  // namespace

void validate(const Scene& scene, const GeneratorConfig& config) {
  const auto known = [&](std::int64_t c) { return c >= Scene::kNone && c < config.class_count; };
  if (!known(scene.from) || !(scene.blend >= 0 && scene.blend <= 1) ||
      (scene.blend > 0 && !known(scene.to))) {
    throw Error(ErrorKind::bad_input, "scene",
                fmt::format("class {} to {} at {}: the model has classes 0 to {}", scene.from, scene.to,
                            scene.blend, config.class_count - 1));
  }
}

SceneConditions compute_conditions(const model::Generator& generator, const torch::Tensor& embedding,
                                   model::Backend backend) {
  if (backend == model::Backend::automatic && model::fits_cpu_kernels(*generator)) {
    return compute_conditions_on_cpu(generator, embedding);
  }
  SceneConditions result;
  auto condition = generator->condition_tokens(embedding);
  for (const auto& module : *generator->encoder_blocks) {
    const auto& block = *module->as<model::GeneratorBlockImpl>();
    result.layers.push_back(block.condition_keys_values(condition));
    condition = block.feed_forward(condition);
  }
  result.first = generator->encoder_norm->forward(condition.select(1, condition.size(1) - 1));
  return result;
}

torch::Tensor SceneCache::embedding(const Scene& scene) const {
  const auto one_class = [&](std::int64_t c) {
    if (c == Scene::kNone) return generator_->unconditional_embedding(1);
    return generator_->class_embedding(
        torch::full({1}, c, torch::kInt64).to(generator_->fake_latent.device()));
  };
  if (scene.blend == 0) return one_class(scene.from);
  return one_class(scene.from) * (1 - scene.blend) + one_class(scene.to) * scene.blend;
}

std::shared_ptr<const SceneConditions> SceneCache::one(const Scene& scene) {
  auto found = std::ranges::find(entries_, scene, &Entry::scene);
  if (found == entries_.end()) {
    validate(scene, generator_->config);
    entries_.push_front({scene, std::make_shared<SceneConditions>(
                                    compute_conditions(generator_, embedding(scene), backend_))});
    if (entries_.size() > kCapacity) entries_.pop_back();
  } else {
    entries_.splice(entries_.begin(), entries_, found);
  }
  return entries_.front().conditions;
}

const SceneConditions& SceneCache::batch(std::span<const Scene> scenes, bool both_branches) {
  if (batch_both_ == both_branches && std::ranges::equal(scenes, batch_scenes_)) return batch_;
  std::vector<std::shared_ptr<const SceneConditions>> rows;
  for (const auto& scene : scenes) rows.push_back(one(scene));
  if (both_branches) rows.insert(rows.end(), scenes.size(), one({Scene::kNone}));
  batch_ = stack(rows);
  batch_scenes_.assign(scenes.begin(), scenes.end());
  batch_both_ = both_branches;
  return batch_;
}

}  // namespace equi::stream
