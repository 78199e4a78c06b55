#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "core/batch/panorama_group.h"
#include "core/batch/plan.h"

namespace equi::batch {

// What a finished panorama of a group becomes.
struct PictureOutput {
  Item item;
  stream::GenerationSettings settings;
  media::ExportOptions format;
  bool seamless = false;
};

// Decodes the panorama at the item's row, closes it to a ring when asked, and writes it with its record.
// Returns its thumbnail, a JPEG. Throws as media::export_picture and make_loop_bridge.
std::vector<std::uint8_t> write_picture(const engine::Engine& engine, PanoramaGroup& group,
                                        const PictureOutput& output, const std::filesystem::path& target,
                                        const media::ExportControl& control = {});

// The model's facts that a plan needs.
ModelFacts facts_of(const engine::Engine& engine);

}  // namespace equi::batch
