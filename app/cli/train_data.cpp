#include "app/cli/train_data.h"

#include "app/cli/console.h"
#include "core/base/error.h"

namespace equi::cli {

void DataOptions::add_to(CLI::App& c) {
  c.add_flag("--scenes", scenes, "Train on the built-in scenes");
  c.add_option("--cache", cache, "Folder of the packed pictures (default: pictures, in the run's folder)");
  c.add_option("--worlds", worlds, "Worlds of each scene");
  c.add_option("--world-width", world_width, "Pixels of each world");
}

train::PictureCache DataOptions::open(const std::string& run, train::SceneData data, std::int64_t height,
                                      std::int64_t workers, bool silent, const std::stop_token& stop) const {
  if (!scenes) {
    throw Error(ErrorKind::bad_input, "train", "no pictures are given", "--scenes or --data FOLDER");
  }
  const auto place = cache.empty() ? std::filesystem::path(run) / "pictures" : std::filesystem::path(cache);
  data.height = height;
  if (worlds > 0) data.worlds_per_class = worlds;
  if (world_width > 0) data.width = world_width;
  std::optional<ProgressBar> bar;
  return train::scene_pictures(
      place, data, workers,
      [&](std::int64_t done, std::int64_t total) {
        if (!bar) bar.emplace("pictures", total, silent);
        bar->update(done);
      },
      stop);
}

}  // namespace equi::cli
