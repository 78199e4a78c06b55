#include <algorithm>
#include <fstream>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/batch/json_text.h"
#include "core/batch/naming.h"
#include "core/batch/plan.h"

namespace equi::batch {
namespace {

constexpr std::uintmax_t kMaxPlanBytes = std::uintmax_t{64} << 20;
constexpr double kMaxGuidance = 100.0;
constexpr int kMaxSteps = 10000;

template <class T, class Read>
std::vector<T> list(const JsonField& field, Read read) {
  std::vector<T> values;
  const std::size_t count = field.size();
  if (count == 0) field.fail("the list is empty");
  if (count > std::size_t{kMaxItems}) field.fail("the list is too long");
  for (std::size_t i = 0; i < count; ++i) values.push_back(read(field.at(i)));
  return values;
}

std::vector<std::string> scenes(const JsonField& field) {
  if (field.is_text()) {
    if (field.text() != "all") field.fail("is neither \"all\" nor a list");
    return {};
  }
  return list<std::string>(field, [](const JsonField& f) {
    return f.is_text() ? f.text() : std::to_string(f.integer(0, INT32_MAX));
  });
}

std::vector<std::uint64_t> seeds(const JsonField& field) {
  if (!field.is_object()) return list<std::uint64_t>(field, [](const JsonField& f) { return f.seed(); });
  field.require_members({"from", "count"});
  const std::uint64_t from = field.at("from").seed();
  const auto count = field.at("count").integer(1, kMaxItems);
  std::vector<std::uint64_t> values(static_cast<std::size_t>(count));
  std::ranges::generate(values, [next = from]() mutable { return next++; });
  return values;
}

// What a parser of a word says about one, with its place in the file.
template <class Parse>
auto word(const JsonField& field, Parse parse) {
  try {
    return parse(field.text());
  } catch (const Error& e) {
    field.fail(e.message(), e.hint());
  }
}

void read_format(const JsonField& root, media::ExportOptions& options) {
  if (root.has("format")) {
    options.format = word(root.at("format"), media::parse_format);
    if (media::is_video(options.format)) root.at("format").fail("a batch makes pictures, not videos");
  }
  if (root.has("quality")) options.quality = static_cast<int>(root.at("quality").integer(1, 100));
  if (root.has("lossless")) options.lossless = root.at("lossless").boolean();
  if (root.has("effort")) options.effort = static_cast<int>(root.at("effort").integer(1, 9));
  if (root.has("compression")) options.compression = word(root.at("compression"), media::parse_compression);
}

}  // namespace

Plan parse_plan(const std::string& text, const std::string& where, const std::filesystem::path& base) {
  const JsonText json(text, where);
  const JsonField root = json.root();
  root.require_members({"model", "folder", "name", "scenes", "seeds", "widths", "guidance", "steps", "solver",
                        "format", "quality", "lossless", "effort", "compression", "seamless", "batch"});
  Plan plan;
  const auto path = [&](const char* key) {
    const auto given = root.at(key).text();
    if (given.empty()) root.at(key).fail("is empty");
    return (base / given).lexically_normal();
  };
  plan.model = path("model");
  plan.folder = path("folder");
  if (root.has("name")) {
    plan.name = root.at("name").text();
    word(root.at("name"), [](const std::string& pattern) {
      check_pattern(pattern);
      return 0;
    });
  }
  plan.scenes = scenes(root.at("scenes"));
  plan.seeds = seeds(root.at("seeds"));
  plan.widths =
      list<std::int64_t>(root.at("widths"), [](const JsonField& f) { return f.integer(2, kMaxPlanColumns); });
  if (root.has("guidance")) {
    plan.guidance =
        list<double>(root.at("guidance"), [](const JsonField& f) { return f.number(0, kMaxGuidance); });
  }
  if (root.has("steps")) {
    plan.steps = list<int>(root.at("steps"),
                           [](const JsonField& f) { return static_cast<int>(f.integer(1, kMaxSteps)); });
  }
  if (root.has("solver")) {
    plan.solver = sampling::name(word(root.at("solver"), sampling::parse_method));
  }
  read_format(root, plan.format);
  if (root.has("seamless")) plan.seamless = root.at("seamless").boolean();
  if (root.has("batch")) plan.batch = root.at("batch").integer(0, kMaxBatch);
  return plan;
}

Plan read_plan(const std::filesystem::path& file) {
  std::error_code failure;
  const auto bytes = std::filesystem::file_size(file, failure);
  if (failure) throw Error(ErrorKind::io, file.string(), "cannot be read: " + failure.message());
  if (bytes > kMaxPlanBytes) throw Error(ErrorKind::bad_input, file.string(), "is too large for a plan");
  std::ifstream in(file, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  if (in.bad()) throw Error(ErrorKind::io, file.string(), "cannot be read");
  return parse_plan(text, file.string(), std::filesystem::absolute(file).parent_path());
}

std::string to_json(const Plan& plan) {
  nlohmann::json out = {{"model", std::filesystem::absolute(plan.model).string()},
                        {"folder", std::filesystem::absolute(plan.folder).string()},
                        {"name", plan.name},
                        {"seeds", plan.seeds},
                        {"widths", plan.widths},
                        {"format", media::ending(plan.format.format).substr(1)},
                        {"quality", plan.format.quality},
                        {"lossless", plan.format.lossless},
                        {"effort", plan.format.effort},
                        {"compression", media::name(plan.format.compression)},
                        {"seamless", plan.seamless},
                        {"batch", plan.batch}};
  out["scenes"] = plan.scenes.empty() ? nlohmann::json("all") : nlohmann::json(plan.scenes);
  if (!plan.guidance.empty()) out["guidance"] = plan.guidance;
  if (!plan.steps.empty()) out["steps"] = plan.steps;
  if (!plan.solver.empty()) out["solver"] = plan.solver;
  // Only the two folders can be no UTF-8, and nothing is decided by how they are spelt here.
  return out.dump(1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace equi::batch
