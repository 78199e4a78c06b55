#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <vector>

#include "core/engine/engine.h"
#include "core/media/strip_source.h"
#include "core/stream/settings.h"

namespace equi::batch {

// Several panoramas made at once: one transformer step and one flow for all of them, each with its own scene
// and seed. A panorama's bits depend on its own scene, seed and settings, on how many are made at once and on
// its row among them, never on what the others are. The same as the forward frame of a canvas (another number
// at once rounds differently). For one thread at a time, which need not always be the same one; computes on
// the calling thread, a picture's pixels on the one that reads them.
class PanoramaGroup {
 public:
  struct Row {
    std::int64_t scene = 0;
    std::uint64_t seed = 0;
  };

  // Throws Error(bad_input) for settings out of range, no row or no column.
  PanoramaGroup(std::shared_ptr<const engine::Engine> engine, const stream::GenerationSettings& settings,
                std::vector<Row> rows, std::int64_t columns);
  PanoramaGroup(const PanoramaGroup&) = delete;
  PanoramaGroup& operator=(const PanoramaGroup&) = delete;
  ~PanoramaGroup();

  std::int64_t columns() const;
  std::int64_t made() const;  // columns that every row has
  // The next column of every row. Throws Error(cancelled) when stopped, Error(numeric) when a number is not
  // finite; nothing has changed then.
  void make_column(const std::stop_token& stop = {});

  // The pixels of a row whose columns are all made; decoded as they are read. The group must outlive it. A
  // stop is heard between two windows of the decoder: Error(cancelled).
  media::StripSource picture(std::int64_t row, const std::stop_token& stop = {});
  // How many windows the decoder takes at once (part of what the bits depend on).
  std::int64_t decode_batch() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The number of panoramas to make at once on the engine's device: as many as pay off, fewer when the memory
// that is free now is short. `columns`: of the widest panorama.
std::int64_t choose_batch(const engine::Engine& engine, std::int64_t columns);

// Bytes that `batch` panoramas of `columns` columns need while they are made, beyond the model itself.
std::uint64_t batch_bytes(const GeneratorConfig& config, std::int64_t columns, std::int64_t batch);

}  // namespace equi::batch
