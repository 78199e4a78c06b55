#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "app/cli/console.h"
#include "app/cli/inspect.h"
#include "core/base/error.h"
#include "core/media/chart.h"

// inspect equivariance: how well the tokenizer commutes with moving the picture.
namespace equi::cli {
namespace {

constexpr std::size_t kMostPictures = 10000;

struct Arguments {
  ModelOptions model;
  std::string input, output;
  std::vector<int> shifts;
  int window = 16, border = 3;
};

struct Measured {
  std::string name;
  inspect::Equivariance result;
};

bool is_picture(const std::filesystem::path& path) {
  auto ending = path.extension().string();
  std::ranges::transform(ending, ending.begin(), [](unsigned char c) { return std::tolower(c); });
  static const std::vector<std::string> known = {".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp"};
  return std::ranges::find(known, ending) != known.end();
}

std::vector<std::filesystem::path> pictures(const std::string& input) {
  if (!std::filesystem::is_directory(input)) return {input};
  std::vector<std::filesystem::path> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(input)) {
    if (entry.is_regular_file() && is_picture(entry.path())) found.push_back(entry.path());
    if (found.size() > kMostPictures)
      throw Error(ErrorKind::bad_input, input, "has more than 10000 pictures");
  }
  if (found.empty()) throw Error(ErrorKind::bad_input, input, "has no pictures in it");
  std::ranges::sort(found);
  return found;
}

// In a folder, pictures that cannot be used are named and left out; a single one is an error.
std::vector<Measured> measure(const Arguments& a, const engine::Engine& engine, const std::stop_token& stop) {
  const auto paths = pictures(a.input);
  const inspect::EquivarianceSettings settings{a.shifts, a.window, a.border};
  std::vector<Measured> all;
  ProgressBar bar("pictures", static_cast<std::int64_t>(paths.size()), a.model.json);
  std::int64_t done = 0;
  for (const auto& path : paths) {
    try {
      const auto picture = inspect::load_picture(engine, path);
      all.push_back({path.string(), inspect::check_picture(engine, picture, settings, {}, stop)});
    } catch (const Error& error) {
      if (paths.size() == 1 || error.kind() == ErrorKind::cancelled) throw;
      say(fmt::format("left out: {}\n", error.what()));
    }
    bar.update(++done);
  }
  if (all.empty()) throw Error(ErrorKind::bad_input, a.input, "none of its pictures could be measured");
  return all;
}

media::Image draw(const inspect::Equivariance& result, std::size_t pictures) {
  media::Chart chart;
  chart.title = fmt::format("Equivariance over {} picture{}: relative error by shift", pictures,
                            pictures == 1 ? "" : "s");
  chart.x_label = "shift in pixels (lines: whole columns)";
  chart.y_label = "relative error";
  media::Chart::Curve encode{"encode", {}, {}, false, true}, decode{"decode", {}, {}, false, true},
      round_trip{"round trip", {}, {}, false, true};
  auto shifts = result.shifts;
  std::ranges::sort(shifts, {}, &inspect::ShiftError::shift);
  for (const auto& each : shifts) {
    for (auto* curve : {&encode, &decode, &round_trip}) curve->x.push_back(each.shift);
    encode.y.push_back(each.encode);
    decode.y.push_back(each.decode);
    round_trip.y.push_back(each.round_trip);
  }
  for (int x = result.column_pixels; x <= shifts.back().shift; x += result.column_pixels)
    chart.marks.push_back(x);
  chart.curves = {encode, decode, round_trip};
  return media::draw_chart(chart);
}

nlohmann::json to_json(const inspect::ShiftError& e) {
  return {{"encode", e.encode}, {"decode", e.decode}, {"round_trip", e.round_trip}};
}

nlohmann::json to_json(const inspect::Equivariance& result) {
  auto shifts = nlohmann::json::array();
  for (const auto& each : result.shifts) {
    auto entry = to_json(each);
    entry["shift"] = each.shift;
    shifts.push_back(entry);
  }
  return {{"windows", result.windows},
          {"window_columns", result.window},
          {"whole_columns", to_json(result.whole_columns())},
          {"parts_of_columns", to_json(result.parts_of_columns())},
          {"shifts", shifts}};
}

void run(const Arguments& a) {
  const Interrupt interrupt;
  if (!a.output.empty()) media::check_writable(a.output);
  const auto engine = a.model.load();
  const auto all = measure(a, *engine, interrupt.token());
  std::vector<inspect::Equivariance> results;
  for (const auto& each : all) results.push_back(each.result);
  const auto mean = inspect::average(results);
  if (!a.output.empty()) media::write_image(a.output, draw(mean, all.size()));
  if (a.model.json) {
    auto each_json = nlohmann::json::array();
    for (const auto& each : all) {
      auto entry = to_json(each.result);
      entry["picture"] = each.name;
      each_json.push_back(entry);
    }
    auto document = to_json(mean);
    document["model"] = a.model.model;
    document["border_columns"] = a.border;
    document["pictures"] = each_json;
    return print_json(document);
  }
  fmt::print("{:>6} {:>9} {:>9} {:>11}\n", "shift", "encode", "decode", "round trip");
  for (const auto& each : mean.shifts) {
    fmt::print("{:>6} {:>9.4f} {:>9.4f} {:>11.4f}\n", each.shift, each.encode, each.decode, each.round_trip);
  }
  const auto whole = mean.whole_columns(), parts = mean.parts_of_columns();
  fmt::print(
      "whole columns: encode {:.4f}, decode {:.4f}; parts of columns: encode {:.4f}, decode {:.4f} "
      "({} pictures, {} windows)\n",
      whole.encode, whole.decode, parts.encode, parts.decode, all.size(), mean.windows);
}

}  // namespace

void add_inspect_equivariance(CLI::App& inspect) {
  auto a = std::make_shared<Arguments>();
  auto* command = inspect.add_subcommand(
      "equivariance", "How well encoding and decoding commute with moving the picture sideways");
  command->add_option("input", a->input, "A picture, or a folder of pictures")->required();
  command->add_option("--shifts", a->shifts, "Shifts in pixels (default: quarters of a column, to 4 columns)")
      ->delimiter(',');
  command->add_option("--window", a->window, "Columns that are encoded at a time")
      ->check(CLI::Range(2, 1024))
      ->capture_default_str();
  command->add_option("--border", a->border, "Columns at both ends that are not compared")
      ->check(CLI::Range(0, 64))
      ->capture_default_str();
  command->add_option("-o,--output", a->output, "Picture of the plot");
  a->model.add_to(*command);
  command->footer(
      "Errors are relative: 0 is perfect, about 1.4 means that both sides have nothing to do with each "
      "other.\n"
      "Example: equicanvas-cli inspect equivariance photos --json -o equivariance.png");
  command->callback([a] { run(*a); });
}

}  // namespace equi::cli
