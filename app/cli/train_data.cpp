#include "app/cli/train_data.h"

#include <optional>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/cli/console.h"
#include "core/base/error.h"
#include "core/train/folder_pictures.h"

namespace equi::cli {
namespace {

constexpr std::int64_t kColumnPixels = 16;

void tell(const train::FolderReport& report) {
  if (report.skipped > 0) {
    std::vector<std::string> names;
    for (const auto& name : report.skipped_names) names.push_back(printable(name));
    say(fmt::format("{} pictures cannot be read whole and are skipped: {}{}\n", report.skipped,
                    fmt::join(names, ", "), report.skipped > std::ssize(names) ? ", ..." : ""));
  }
  for (const auto& name : report.lonely) {
    say(fmt::format("class {} has one picture only: the model will know little else of it\n",
                    printable(name)));
  }
}

}  // namespace

void DataOptions::add_to(CLI::App& c) {
  auto* built_in = c.add_flag("--scenes", scenes, "Train on the built-in scenes");
  c.add_option("--data", folder, "Train on a folder of pictures, one sub-folder for each class")
      ->excludes(built_in);
  c.add_option("--cache", cache, "Folder of the packed pictures (default: pictures, in the run's folder)");
  c.add_option("--worlds", worlds, "Worlds of each scene")->check(CLI::Range(1, 1'000'000));
  c.add_option("--world-width", world_width, "Pixels of each world")->check(CLI::Range(1, 1'000'000));
}

train::PictureCache DataOptions::fill(const std::filesystem::path& place, const train::SceneData& data,
                                      std::int64_t workers, bool silent, const std::stop_token& stop) const {
  std::optional<ProgressBar> bar;
  const auto progress = [&](std::int64_t done, std::int64_t total) {
    if (!bar) bar.emplace("pictures", total, silent);
    bar->update(done);
  };
  if (scenes) return train::scene_pictures(place, data, workers, progress, stop);
  train::FolderReport report;
  auto pictures =
      train::folder_pictures(folder, place, data.height, kColumnPixels, workers, report, progress, stop);
  bar.reset();
  tell(report);
  return pictures;
}

train::PictureCache DataOptions::open(train::RunOptions& run, train::SceneData data, std::int64_t height,
                                      std::int64_t workers, train::Communicator& processes, bool silent,
                                      const std::stop_token& stop) const {
  if (!scenes && folder.empty()) {
    throw Error(ErrorKind::bad_input, "train", "no pictures are given", "--scenes or --data FOLDER");
  }
  std::error_code ignored;
  if (!scenes && processes.first() && !std::filesystem::is_directory(folder, ignored)) {
    throw Error(ErrorKind::io, folder, "is no folder that can be opened");
  }
  run.lock = train::lock_run(run.folder, processes);
  const auto place = cache.empty() ? run.folder / "pictures" : std::filesystem::path(cache);
  data.height = height;
  if (worlds > 0) data.worlds_per_class = worlds;
  if (world_width > 0) data.width = world_width;
  std::optional<train::PictureCache> pictures;
  processes.wait_for_first([&] { pictures = fill(place, data, workers, silent, stop); });
  return pictures ? *std::move(pictures) : train::PictureCache::open(place);
}

}  // namespace equi::cli
