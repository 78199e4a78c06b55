#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/batch/queue.h"
#include "core/engine/engine.h"
#include "core/media/strip_source.h"

// manifest.jsonl: one line of JSON for each finished picture, from which that picture can be made again.
namespace equi::batch {

// What one line says.
struct ManifestEntry {
  Item item;
  std::string sha256;
  std::uint64_t bytes = 0;
  double seconds = 0;
  stream::GenerationSettings settings;
  bool seamless = false;
  media::ExportOptions format;
  std::string model_name, tokenizer_sha256, generator_sha256;
  // What the bits depend on beside the settings.
  std::string device;      // "cpu", "cuda:0"
  std::string precision;   // "float32"
  std::int64_t batch = 1;  // panoramas made at once; item.row is this one's place
  std::string version;     // of the program
};

// How an item was made, for the queue's `made_with`.
std::string made_with(const engine::Engine& engine, std::int64_t batch, std::int64_t row);

// Throws Error(bad_input) naming the queue's file when its row is damaged.
ManifestEntry manifest_entry(const Queue& queue, const ItemRow& row);
std::string to_json_line(const ManifestEntry& entry);
// Throws Error(bad_input) naming `where` and the field.
ManifestEntry manifest_from_json(const std::string& line, const std::string& where);
// All lines of a file. Throws Error(io), Error(bad_input) naming the line.
std::vector<ManifestEntry> read_manifest(const std::filesystem::path& file);

// The queue's manifest, in the order of the plan, written aside and renamed. Returns its path:
// manifest.jsonl, or manifest-2-of-8.jsonl for a shard.
std::filesystem::path write_manifest(const Queue& queue);

// The contact sheets of what is done, in the order of the plan.
std::vector<std::filesystem::path> write_contact_sheets(const Queue& queue);

// The manifests of all shards in a folder as one manifest.jsonl, and one set of contact sheets; how many
// pictures they name. Throws Error(bad_input), and writes nothing, unless every shard is there and names each
// picture of the plan once; only what the user cancelled may be missing. `pictures`: how many the plan makes;
// 0: as many as the shards' queues and manifests tell of.
std::int64_t gather(const std::filesystem::path& folder, std::int64_t pictures = 0);

// Makes the picture of an entry again, at `target` (in the entry's format). Returns its SHA-256, which is the
// entry's on the same device and precision. Throws Error(bad_input) when the engine's model is another one.
std::string reproduce(std::shared_ptr<const engine::Engine> engine, const ManifestEntry& entry,
                      const std::filesystem::path& target, const media::ExportControl& control = {});

}  // namespace equi::batch
