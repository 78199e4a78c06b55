#include "core/train/metrics_log.h"

#include <algorithm>
#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/train/files.h"

namespace equi::train {
namespace {

constexpr const char* kHeader = "step,kind,name,value\n";

// False for what a kill cut off or somebody else wrote.
bool is_entry(const nlohmann::ordered_json& line) {
  return line.is_object() && line.contains("step") && line["step"].is_number_integer() &&
         line.contains("kind") && line["kind"].is_string();
}

std::string csv_lines(std::int64_t step, const std::string& kind, const Metrics& metrics) {
  std::string lines;
  for (const auto& [name, value] : metrics)
    lines += fmt::format("{},{},{},{:.9g}\n", step, kind, name, value);
  return lines;
}

void append(const std::filesystem::path& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary | std::ios::app);
  out << text;
  out.close();
  if (!out) throw Error(ErrorKind::io, path.string(), "cannot be written");
}

}  // namespace

void MetricsMean::add(const Metrics& metrics) {
  for (const auto& [name, value] : metrics) {
    auto found = std::ranges::find(sums_, name, &Sum::name);
    if (found == sums_.end()) found = sums_.insert(found, {name, 0.0, 0});
    found->sum += value;
    ++found->count;
  }
}

Metrics MetricsMean::take() {
  Metrics means;
  for (const auto& [name, sum, count] : std::exchange(sums_, {})) {
    means.emplace_back(name, sum / static_cast<double>(count));
  }
  return means;
}

MetricsLog::MetricsLog(std::filesystem::path folder, std::int64_t resumed_step) : folder_(std::move(folder)) {
  std::string kept, table = kHeader;
  std::ifstream in(folder_ / "metrics.jsonl");
  for (std::string line; resumed_step > 0 && std::getline(in, line);) {
    const auto entry = nlohmann::ordered_json::parse(line, nullptr, false);
    if (!is_entry(entry) || entry["step"] > resumed_step) continue;
    kept += line + "\n";
    Metrics metrics;
    for (const auto& [name, value] : entry.items()) {
      if (name != "step" && value.is_number()) metrics.emplace_back(name, value.get<double>());
    }
    table += csv_lines(entry["step"], entry["kind"].get<std::string>(), metrics);
  }
  write_text(folder_ / "metrics.jsonl", kept);
  write_text(folder_ / "metrics.csv", table);
}

void MetricsLog::write(std::int64_t step, const std::string& kind, const Metrics& metrics) {
  nlohmann::ordered_json entry = {{"step", step}, {"kind", kind}};
  for (const auto& [name, value] : metrics) entry[name] = value;
  append(folder_ / "metrics.jsonl", entry.dump() + "\n");
  append(folder_ / "metrics.csv", csv_lines(step, kind, metrics));
}

}  // namespace equi::train
