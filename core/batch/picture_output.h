#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
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

// Has `work` done where the model may be used, waits for its end and passes on what it throws. Throws
// Error(cancelled) when it was stopped before it began.
using OnDevice = std::function<void(const std::function<void()>& work, const std::stop_token& stop)>;

// Decodes the panorama at the item's row, closes it to a ring when asked, and writes it with its record.
// Returns its thumbnail, a JPEG. The bridge of the ring, and each block of pixels as it is written, goes
// through `on_device` (empty: on the calling thread); all else happens on the calling thread. Throws as
// media::export_picture and make_loop_bridge.
std::vector<std::uint8_t> write_picture(const engine::Engine& engine, PanoramaGroup& group,
                                        const PictureOutput& output, const std::filesystem::path& target,
                                        const media::ExportControl& control = {},
                                        const OnDevice& on_device = {});

// A picture on the disk: its bytes, and a SHA-256 of them. Of a deep-zoom picture that is the descriptor with
// all of its tiles, by name. Throws Error(io).
struct PictureContents {
  std::uint64_t bytes = 0;
  std::string sha256;
};
PictureContents contents_of(const std::filesystem::path& picture, media::Format format);

// The model's facts that a plan needs.
ModelFacts facts_of(const engine::Engine& engine);

}  // namespace equi::batch
