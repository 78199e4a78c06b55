#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>

#include "core/train/picture_cache.h"

namespace equi::train {

// Training pictures from the built-in scenes.
struct SceneData {
  std::int64_t height = 128;             // pixels
  std::int64_t width = 768;              // pixels of each world
  std::int64_t worlds_per_class = 64;    // seeds first_seed .. first_seed + worlds - 1
  std::uint64_t first_seed = 1'000'000;  // seeds below are for evaluation
};

// Renders them into a packed cache (several threads), or opens `folder` when it holds just these already.
// Throws Error(cancelled) when stopped, Error(io) when the disk is full.
PictureCache scene_pictures(const std::filesystem::path& folder, const SceneData& data, std::int64_t workers,
                            const std::function<void(std::int64_t done, std::int64_t total)>& progress = {},
                            const std::stop_token& stop = {});

}  // namespace equi::train
