#include "core/train/scene_pictures.h"

#include <atomic>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/scenes/scenes.h"
#include "core/train/worker_pool.h"

namespace equi::train {
namespace {

std::string origin_of(const SceneData& d) {
  std::string names;
  for (const auto& scene : scenes::scene_list()) names += " " + scene.name;
  return fmt::format("scenes{}; {} worlds from {}, {} x {}", names, d.worlds_per_class, d.first_seed, d.width,
                     d.height);
}

torch::Tensor render_bytes(const SceneData& d, std::int64_t label, std::uint64_t seed) {
  const torch::NoGradGuard no_grad;
  // Worlds have no edges: each picture is taken somewhere else in its own.
  const auto first = static_cast<std::int64_t>(seed % 1000) * 97 - 48'500;
  const auto pixels = scenes::render_scene(label, seed, d.height, first, d.width);
  return pixels.clamp(-1.0, 1.0).add(1.0).mul(127.5).round().to(torch::kUInt8).contiguous();
}

}  // namespace

PictureCache scene_pictures(const std::filesystem::path& folder, const SceneData& d, std::int64_t workers,
                            const std::function<void(std::int64_t, std::int64_t)>& progress,
                            const std::stop_token& stop) {
  const auto origin = origin_of(d);
  if (PictureCache::matches(folder, origin)) return PictureCache::open(folder);
  std::vector<std::string> titles;
  for (const auto& scene : scenes::scene_list()) titles.push_back(scene.title);
  const auto total = static_cast<std::int64_t>(titles.size()) * d.worlds_per_class;
  PictureCacheWriter writer(folder, d.height, std::move(titles), origin);
  std::atomic<std::int64_t> next = 0, done = 0;
  WorkerPool pool(workers);
  pool.run([&](std::int64_t worker) {
    for (auto i = next++; i < total; i = next++) {
      if (stop.stop_requested()) throw Error(ErrorKind::cancelled, "scenes", "stopped while rendering");
      const auto label = i / d.worlds_per_class;
      const auto seed = d.first_seed + static_cast<std::uint64_t>(i % d.worlds_per_class);
      writer.add(render_bytes(d, label, seed), label, fmt::format("{:08}", seed));
      ++done;
      if (worker == 0 && progress) progress(done, total);
    }
  });
  writer.finish();
  return PictureCache::open(folder);
}

}  // namespace equi::train
