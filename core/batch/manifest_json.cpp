#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/batch/json_text.h"
#include "core/batch/manifest.h"

namespace equi::batch {
namespace {

using nlohmann::json;

json settings_json(const stream::GenerationSettings& s) {
  return {{"positions", s.positions == stream::PositionMode::stationary ? "stationary" : "reference"},
          {"hold_position", s.hold_position},
          {"guidance_schedule", sampling::name(s.guidance.schedule)},
          {"guidance_columns", s.guidance.columns},
          {"solver", sampling::name(s.solver.method)},
          {"time_grid", sampling::name(s.solver.grid)}};
}

stream::GenerationSettings settings_of(const JsonField& f, double guidance, int steps) {
  stream::GenerationSettings s;
  const auto positions = f.at("positions").text();
  if (positions != "stationary" && positions != "reference")
    f.at("positions").fail("is neither of the two modes");
  s.positions =
      positions == "stationary" ? stream::PositionMode::stationary : stream::PositionMode::reference;
  s.hold_position = f.at("hold_position").number(0, 1e6);
  s.guidance.schedule = sampling::parse_schedule(f.at("guidance_schedule").text());
  s.guidance.columns = f.at("guidance_columns").integer(1, kMaxPlanColumns);
  s.guidance.scale = guidance;
  s.solver.method = sampling::parse_method(f.at("solver").text());
  s.solver.grid = sampling::parse_time_grid(f.at("time_grid").text());
  s.solver.evaluations = steps;
  return s;
}

}  // namespace

std::string to_json_line(const ManifestEntry& e) {
  return json{{"index", e.item.number},
              {"file", e.item.file},
              {"sha256", e.sha256},
              {"bytes", e.bytes},
              {"seconds", e.seconds},
              {"scene", e.item.scene_name},
              {"scene_number", e.item.scene},
              {"seed", e.item.seed},
              {"columns", e.item.width},
              {"guidance", e.item.guidance},
              {"steps", e.item.steps},
              {"settings", settings_json(e.settings)},
              {"seamless", e.seamless},
              {"format",
               {{"name", media::ending(e.format.format).substr(1)},
                {"quality", e.format.quality},
                {"lossless", e.format.lossless},
                {"effort", e.format.effort},
                {"compression", media::name(e.format.compression)}}},
              {"model",
               {{"name", e.model_name},
                {"tokenizer_sha256", e.tokenizer_sha256},
                {"generator_sha256", e.generator_sha256}}},
              {"device", e.device},
              {"precision", e.precision},
              {"batch", e.batch},
              {"row", e.item.row},
              {"version", e.version}}
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

ManifestEntry manifest_from_json(const std::string& line, const std::string& where) {
  const JsonText text(line, where);
  const JsonField root = text.root();
  ManifestEntry e;
  e.item.number = root.at("index").integer(0, kMaxItems);
  e.item.file = root.at("file").text();
  e.sha256 = root.at("sha256").text();
  e.bytes = root.at("bytes").seed();
  e.seconds = root.at("seconds").number(0, 1e12);
  e.item.scene_name = root.at("scene").text();
  e.item.scene = root.at("scene_number").integer(0, INT32_MAX);
  e.item.seed = root.at("seed").seed();
  e.item.width = root.at("columns").integer(2, kMaxPlanColumns);
  e.item.guidance = root.at("guidance").number(0, 100);
  e.item.steps = static_cast<int>(root.at("steps").integer(1, 10000));
  e.seamless = root.at("seamless").boolean();
  const JsonField format = root.at("format"), model = root.at("model");
  e.format.quality = static_cast<int>(format.at("quality").integer(1, 100));
  e.format.lossless = format.at("lossless").boolean();
  e.format.effort = static_cast<int>(format.at("effort").integer(1, 9));
  e.model_name = model.at("name").text();
  e.tokenizer_sha256 = model.at("tokenizer_sha256").text();
  e.generator_sha256 = model.at("generator_sha256").text();
  e.device = root.at("device").text();
  e.precision = root.at("precision").text();
  e.batch = root.at("batch").integer(1, kMaxBatch);
  e.item.row = root.at("row").integer(0, e.batch - 1);
  e.version = root.at("version").text();
  try {
    e.format.format = media::parse_format(format.at("name").text());
    e.format.compression = media::parse_compression(format.at("compression").text());
    e.settings = settings_of(root.at("settings"), e.item.guidance, e.item.steps);
  } catch (const Error& error) {
    throw Error(ErrorKind::bad_input, where, error.message(), error.hint());
  }
  if (e.item.file.empty() || e.item.file.find('/') != std::string::npos || e.item.file.starts_with('.')) {
    root.at("file").fail("is no plain file name");
  }
  return e;
}

std::vector<ManifestEntry> read_manifest(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw Error(ErrorKind::io, file.string(), "cannot be read");
  std::vector<ManifestEntry> entries;
  std::int64_t number = 1;
  for (std::string line; std::getline(in, line); ++number) {
    if (!line.empty())
      entries.push_back(manifest_from_json(line, fmt::format("{} ({})", file.string(), number)));
  }
  return entries;
}

}  // namespace equi::batch
