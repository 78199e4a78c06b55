#include "core/scenes/scenes.h"

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/scenes/catalogue.h"

namespace equi::scenes {
namespace {

// The world is painted at this many times the resolution and averaged: edges and ripples stay clean.
constexpr std::int64_t kOversampling = 2;
constexpr std::int64_t kMinHeight = 16, kMaxHeight = 2048;
constexpr std::int64_t kMaxPixels = std::int64_t{1} << 26;
constexpr std::int64_t kFarthest = 1'000'000'000;

struct Entry {
  SceneInfo info;
  void (*paint)(Canvas& canvas, Dice dice);
};

const std::vector<Entry>& entries() {
  static const std::vector<Entry> list{
      {{"alpine-lake", "Alpine lake"}, alpine_lake},
      {{"dunes", "Dunes"}, dunes},
      {{"ocean-sunset", "Ocean sunset"}, ocean_sunset},
      {{"pine-forest", "Pine forest"}, pine_forest},
      {{"city-night", "City at night"}, city_night},
      {{"canyon", "Canyon"}, canyon},
      {{"aurora", "Aurora"}, aurora},
      {{"farmland", "Farmland"}, farmland},
      {{"tropical-island", "Tropical island"}, tropical_island},
      {{"storm-plain", "Storm over the plain"}, storm_plain},
      {{"winter-forest", "Winter forest"}, winter_forest},
      {{"reef", "Coral reef"}, reef},
      {{"sea-of-clouds", "Sea of clouds"}, sea_of_clouds},
      {{"autumn-lake", "Autumn lake"}, autumn_lake},
      {{"savanna", "Savanna"}, savanna},
  };
  return list;
}

void check(std::int64_t label, std::int64_t height, std::int64_t first_x, std::int64_t width) {
  const auto fail = [](const std::string& what, const std::string& hint) {
    throw Error(ErrorKind::bad_input, "scene", what, hint);
  };
  const auto count = std::int64_t(entries().size());
  if (label < 0 || label >= count) {
    fail(fmt::format("there is no scene {}", label), fmt::format("choose 0..{}", count - 1));
  }
  if (height < kMinHeight || height > kMaxHeight) {
    fail(fmt::format("height {} px", height), fmt::format("choose {}..{}", kMinHeight, kMaxHeight));
  }
  if (width < 1 || width > kMaxPixels / height) {
    fail(fmt::format("width {} px", width), fmt::format("choose 1..{}", kMaxPixels / height));
  }
  if (first_x < -kFarthest || first_x > kFarthest) {
    fail(fmt::format("first_x {}", first_x), fmt::format("stay within +-{}", kFarthest));
  }
}

}  // namespace

const std::vector<SceneInfo>& scene_list() {
  static const std::vector<SceneInfo> list = [] {
    std::vector<SceneInfo> infos;
    for (const auto& entry : entries()) infos.push_back(entry.info);
    return infos;
  }();
  return list;
}

torch::Tensor render_scene(std::int64_t label, std::uint64_t seed, std::int64_t height, std::int64_t first_x,
                           std::int64_t width, const torch::TensorOptions& options) {
  check(label, height, first_x, width);
  const torch::InferenceMode inference;
  const auto& entry = entries()[std::size_t(label)];
  Canvas canvas(View(height * kOversampling, first_x * kOversampling, width * kOversampling,
                     torch::TensorOptions().device(options.device())));
  entry.paint(canvas, Dice(mix_keys(seed, std::uint64_t(label))));
  return develop(canvas, kOversampling);
}

}  // namespace equi::scenes
