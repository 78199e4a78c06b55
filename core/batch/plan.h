#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/media/export_format.h"
#include "core/sampling/solver_settings.h"
#include "core/stream/settings.h"

namespace equi::batch {

// What is to be made: every scene with every seed in every width at every guidance and every number of steps.
struct Plan {
  std::filesystem::path model;   // folder of the bundle
  std::filesystem::path folder;  // where the pictures go
  std::string name = "{scene}-{seed}";
  std::vector<std::string> scenes;  // names or numbers; empty: all of the model
  std::vector<std::uint64_t> seeds;
  std::vector<std::int64_t> widths;  // columns
  std::vector<double> guidance;      // scales; empty: the model's own
  std::vector<int> steps;            // evaluations a column; empty: the model's own
  std::string solver;                // empty: the model's own
  media::ExportOptions format;
  bool seamless = false;   // the right end meets the left one
  std::int64_t batch = 0;  // panoramas made at once; 0: chosen by memory
};

constexpr std::int64_t kMaxItems = 1'000'000;
constexpr std::int64_t kMaxPlanColumns = 10'000'000;  // of one panorama
constexpr std::int64_t kMaxBatch = 1024;

// Reads a plan file's text. Relative paths are taken from `base`. Throws Error(bad_input) that names the line
// and the field. A plan as JSON:
//   { "model": "models/demo", "folder": "out", "name": "{scene}-{seed}", "format": "png",
//     "scenes": ["alps", "sea"], "seeds": [1, 2, 3], "widths": [256], "guidance": [4], "steps": [20] }
// "scenes" may be "all"; "seeds" may be {"from": 1, "count": 100}; further fields: "quality", "lossless",
// "effort", "compression", "solver", "seamless", "batch".
Plan parse_plan(const std::string& text, const std::string& where, const std::filesystem::path& base);
Plan read_plan(const std::filesystem::path& file);
// With absolute paths; parse_plan of it gives the same plan (but for bytes of a path that are no UTF-8).
std::string to_json(const Plan& plan);

// What a plan needs to know of a model.
struct ModelFacts {
  std::string name;
  std::string tokenizer_sha256, generator_sha256;
  std::vector<std::string> class_names;
  stream::GenerationSettings settings;  // the default ones
  int height = 256;                     // pixels
  int column_pixels = 16;
};

// One panorama of a plan.
struct Item {
  std::int64_t number = 0;  // in the plan, from 0: scenes are the outermost loop, steps the innermost
  std::int64_t scene = 0;
  std::string scene_name;
  std::uint64_t seed = 0;
  std::int64_t width = 0;  // columns
  double guidance = 0;
  int steps = 0;
  std::string file;        // name without folder
  std::int64_t group = 0;  // items of a group are made at once
  std::int64_t row = 0;    // its place in the group
};

// How many items a plan makes; 0 when a list is empty. Never overflows.
std::int64_t count_items(const Plan& plan, std::int64_t model_scenes);

// All items. Groups of up to `batch` items that differ in scene and seed only; which item is in which group
// at which row depends on the plan and `batch` alone, not on what is done already: so a resumed or a divided
// run makes the same bits. Throws Error(bad_input) for an unknown scene, an empty list, too many items, a
// naming pattern that is wrong or gives two items one name.
std::vector<Item> expand(const Plan& plan, const ModelFacts& model, std::int64_t batch);

// How an item's columns are made.
stream::GenerationSettings settings_of(const Item& item, const Plan& plan, const ModelFacts& model);

struct PlanEstimate {
  std::int64_t items = 0;
  std::int64_t columns = 0;
  std::uint64_t bytes = 0;
  double seconds = 0;  // 0: no speed is known
};
PlanEstimate estimate(const Plan& plan, const ModelFacts& model, double columns_per_second,
                      double bytes_per_pixel = 0);

}  // namespace equi::batch
