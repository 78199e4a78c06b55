#pragma once

#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "core/inspect/heat_map.h"
#include "core/inspect/sources.h"
#include "core/media/image.h"

// What the sub-commands of `inspect` share.
namespace equi::cli {

// Each adds one sub-command of `inspect`; one source file each.
void add_inspect_influence(CLI::App& inspect);
void add_inspect_swap(CLI::App& inspect);
void add_inspect_progressive(CLI::App& inspect);
void add_inspect_directions(CLI::App& inspect);
void add_inspect_equivariance(CLI::App& inspect);

// The options that name a model.
struct ModelOptions {
  std::string model = "models/demo";
  std::string device = "cpu";
  std::string precision = "auto";
  bool json = false;

  void add_to(CLI::App& command);
  std::shared_ptr<const engine::Engine> load() const;
};

// What is inspected: a project, a picture, or a panorama that is generated for the purpose.
struct SourceOptions {
  std::string input;  // a .equi file or a picture; empty: generate
  std::string scene = "0";
  std::int64_t columns = 32;
  std::uint64_t seed = 1;

  void add_to(CLI::App& command);
};

// A folder that goes away with the object.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// An opened source. `session` is there unless it is a picture.
struct Source {
  std::shared_ptr<const engine::Engine> engine;
  std::unique_ptr<ScratchFolder> scratch;
  std::unique_ptr<engine::Session> session;
  std::unique_ptr<inspect::Row> row;

  // The canvas's scene at a column; empty in a picture.
  std::string scene(std::int64_t column) const;
  // The bundle's statistics where they are, those of the row otherwise.
  inspect::TokenStatistics statistics() const;
};

Source open_source(const SourceOptions& options, std::shared_ptr<const engine::Engine> engine, bool silent,
                   const std::stop_token& stop);

// "12" or "3..9" (both ends included; negative numbers are columns too) as a range, checked against the row.
inspect::ColumnRange parse_columns(const inspect::Row& row, const std::string& text);

// The whole row, or the part of it around `columns` that is at most `most` columns long.
inspect::ColumnRange shown_around(const inspect::Row& row, inspect::ColumnRange columns, std::int64_t most);

media::Image to_image(inspect::Rgb rgb);

nlohmann::json to_json(inspect::ColumnRange columns);  // [first, last]

}  // namespace equi::cli
