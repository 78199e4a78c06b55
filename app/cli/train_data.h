#pragma once

#include <stop_token>
#include <string>

#include <CLI/CLI.hpp>

#include "core/train/communicator.h"
#include "core/train/picture_cache.h"
#include "core/train/run.h"
#include "core/train/scene_pictures.h"

namespace equi::cli {

// Where training pictures come from: --scenes or --data.
struct DataOptions {
  bool scenes = false;
  std::string folder, cache;
  std::int64_t worlds = 0, world_width = 0;

  void add_to(CLI::App& command);
  // Takes the run's folder (run.lock) and opens or fills the packed cache (in the run's pictures/ when
  // --cache says nothing else) for a model of `height` pixels; only the first of several processes fills it.
  // Says on standard error which pictures were skipped. Throws Error as lock_run, scene_pictures and
  // folder_pictures.
  train::PictureCache open(train::RunOptions& run, train::SceneData preset, std::int64_t height,
                           std::int64_t workers, train::Communicator& processes, bool silent,
                           const std::stop_token& stop) const;

 private:
  train::PictureCache fill(const std::filesystem::path& place, const train::SceneData& data,
                           std::int64_t workers, bool silent, const std::stop_token& stop) const;
};

}  // namespace equi::cli
